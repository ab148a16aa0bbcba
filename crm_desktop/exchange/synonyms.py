"""What people, Excel lists and other programs call the fields of each record type, beside the labels the program gives them.

Words are parted by spaces and written as headings are compared: small letters, without spaces and signs (see headings.py).
Taken from the import lists and exports that Chinese and English programs document.
"""

from __future__ import annotations

GIVEN, FAMILY = "name+given", "name+family"
"""Two columns that make one name."""

_CUSTOMER_REFERENCE = {
    "customer_id": "客户 客户名称 公司 公司名称 客户全称 购货单位 购买方 往来单位"
    " company companyname customername client account accountname"
    " buyer billto",
    "customer_id.number": "客户编号 客户编码 客户代码 客户号 customerid customerno customernumber customercode clientid accountnumber",
}

_GOODS_LINES = {
    "lines.product_id": "产品 商品 货品 product item",
    "lines.code": "产品编号 商品编号 产品编码 商品编码 货号 物料编码 条码 sku productid productcode productno itemcode itemno trackid"
    " barcode code",
    "lines.name": "产品名称 商品名称 品名 名称 货品名称 物料名称 productname itemname description trackname track name",
    "lines.specification": "规格 规格型号 型号 spec model",
    "lines.unit": "单位 计量单位 uom unit",
    "lines.quantity": "数量 订购数量 销售数量 发货数量 退货数量 quantity qty orderqty count",
    "lines.remark": "备注 行备注 明细备注 remark remarks linenote",
}

_PRICED_LINES = _GOODS_LINES | {
    "lines.price": "单价 价格 销售单价 含税单价 unitprice price rate",
    "lines.discount": "折扣 折扣率 discount discountpercent discountrate",
    "lines.tax_rate": "税率 vatrate taxrate taxpercent",
    "lines.amount": "金额 小计 行金额 amount linetotal lineamount extendedprice",
    "lines.tax": "税额 taxamount",
}

_ORDER_REFERENCE = {
    "order_id": "订单 销售订单 关联订单 order salesorder",
    "order_id.number": "订单号 订单编号 销售订单号 销售单号 orderno ordernumber orderid salesorderno",
}

_NUMBERS = "单号 单据编号 单据号 编号 documentno number no"
_AMOUNTS = {
    "currency_id": "币种 货币 币别 currency currencycode",
    "tax_mode": "价格方式 含税方式 计税方式 是否含税 taxmode",
}

SYNONYMS: dict[str, dict[str, str]] = {
    "customers": {
        "number": "客户编号 客户编码 客户代码 客户号 编号 编码 代码 会员卡号 会员编号 customerid customerno customernumber customercode"
        " accountnumber accountno id code no clientid",
        "name": "客户名称 公司名称 客户 名称 公司 单位名称 单位 企业名称 客户全称 全称 客户姓名 姓名 往来单位 company companyname customer"
        " customername name fullname organization organisation account accountname client clientname businessname",
        GIVEN: "firstname givenname 名",
        FAMILY: "lastname surname familyname 姓",
        "short_name": "简称 客户简称 公司简称 shortname nickname abbreviation",
        "initials": "拼音码 助记码 拼音 拼音简码 mnemonic",
        "kind": "客户类型 类型 性质 客户性质 customertype type",
        "level": "客户级别 级别 等级 客户等级 星级 rating grade",
        "status": "客户状态 状态 阶段 客户阶段 stage",
        "industry": "所属行业 行业 客户行业 sector",
        "source": "客户来源 来源 渠道 leadsource",
        "tags": "标签 客户标签 categories labels",
        "next_follow_up": "下次跟进 下次跟进时间 下次跟进日期 下次联系时间 nextcontact nextactivity",
        "note": "备注 说明 客户备注 描述 remark remarks notes comment comments description memo",
        "phone": "电话 联系电话 固定电话 座机 公司电话 办公电话 telephone tel phonenumber businessphone workphone phoneno officephone",
        "mobile": "手机 手机号 手机号码 移动电话 mobilephone cell cellphone mobileno",
        "fax": "传真 传真号码 faxnumber businessfax",
        "email": "邮箱 电子邮箱 邮件 电子邮件 emailaddress mail",
        "web": "网址 网站 主页 公司网址 homepage url webpage site",
        "region": "地区 省份 省 区域 所在地区 国家 州 state province stateprovince country area",
        "city": "城市 市 所在城市 town billingcity",
        "address": "地址 公司地址 详细地址 联系地址 通讯地址 streetaddress street address1 billingaddress billingstreet",
        "tax_number": "税号 纳税人识别号 统一社会信用代码 信用代码 社会信用代码 taxid taxno vat vatnumber taxidnumber",
        "bank": "开户行 开户银行 银行 bankname",
        "bank_account": "账号 银行账号 帐号 银行帐号 对公账号 accountno bankaccountnumber iban",
        "credit_limit": "信用额度 授信额度 额度 creditlimit",
        "credit_days": "账期 信用天数 账期天 付款天数 paymentterms paymentdays",
        "contacts.name": "联系人 联系人姓名 主联系人 首要联系人 contact contactname contactperson primarycontact",
        "contacts.title": "联系人职务 联系人职位 职务 职位 contacttitle contactjobtitle jobtitle",
        "contacts.mobile": "联系人手机 联系人手机号 联系手机 contactmobile",
        "contacts.phone": "联系人电话 contactphone",
        "contacts.email": "联系人邮箱 contactemail",
        "contacts.wechat": "微信 微信号 联系人微信 wechatid weixin",
        "contacts.qq": "qq qq号 qq号码 联系人qq",
        "contacts.birthday": "联系人生日 生日",
    },
    "contacts": {
        **_CUSTOMER_REFERENCE,
        "name": "联系人 姓名 联系人姓名 名字 名称 contact contactname name fullname",
        GIVEN: "firstname givenname 名",
        FAMILY: "lastname surname familyname 姓",
        "role": "角色 联系人角色",
        "title": "职务 职位 头衔 jobtitle position contacttitle",
        "weight": "决策权 决策权重 决策影响",
        "is_main": "主联系人 首要联系人 默认联系人 primary maincontact primarycontact isprimary",
        "mobile": "手机 手机号 手机号码 移动电话 mobilephone cell cellphone mobileno",
        "phone": "电话 联系电话 固定电话 座机 办公电话 telephone tel phonenumber businessphone workphone",
        "wechat": "微信 微信号 wechatid weixin",
        "qq": "qq qq号 qq号码",
        "email": "邮箱 电子邮箱 邮件 电子邮件 emailaddress mail emailaddress1",
        "birthday": "生日 出生日期 birthdate dateofbirth dob",
        "remark": "备注 说明 note notes remarks comment comments",
    },
    "products": {
        "code": "产品编号 商品编号 产品编码 商品编码 货号 编号 编码 商品代码 产品代码 物料编码 sku"
        " productid productcode productno itemcode itemno id"
        " trackid partnumber articlenumber",
        "barcode": "条码 条形码 商品条码 基本条码 barcode ean upc gtin ean13",
        "name": "产品名称 商品名称 品名 名称 货品名称 物料名称 产品 商品 product productname item itemname description"
        " title track trackname",
        "specification": "规格 规格型号 型号 产品规格 spec model quantityperunit size",
        "category": "类别 分类 产品类别 商品类别 产品分类 商品分类 类型 categoryname productcategory type genre",
        "active": "在售 状态 启用 是否启用 上架 active enabled",
        "note": "备注 说明 描述 remark remarks notes comment comments",
        "unit": "单位 基本单位 计量单位 主单位 uom unitofmeasure baseunit",
        "second_unit": "副单位 辅助单位 第二单位 包装单位",
        "second_factor": "比例 换算率 换算比例 换算系数 装箱数 包装数量 factor",
        "list_price": "价格 单价 售价 销售价 标准价 零售价 标价 unitprice price salesprice retailprice rrp listprice",
        "floor_price": "最低价 最低售价 底价 floorprice minimumprice minprice",
        "cost": "成本 成本价 采购价 进价 进货价 costprice purchaseprice standardcost",
        "tax_rate": "税率 vatrate taxpercent tax",
        "stock_kept": "管理库存 是否管理库存 库存管理 trackinventory",
    },
    "price-lists": {
        **_CUSTOMER_REFERENCE,
        "number": "价格表编号 价目表编号 编号 pricelistno pricelistid number no",
        "name": "价格表 价目表 价格表名称 价目表名称 名称 价格策略 pricelist pricelistname name pricebook",
        "active": "启用 有效 状态 active enabled",
        "priority": "优先级 优先 priority rank",
        "note": "说明 备注说明 note notes",
        "level": "客户级别 级别 等级 客户等级 customerlevel level grade pricelevel",
        "region": "区域 地区 销售区域 城市 省份 region area city territory",
        "currency_id": "币种 货币 币别 currency currencycode",
        "tax_mode": "价格方式 含税方式 计税方式 是否含税 taxmode",
        "valid_from": "生效日期 开始日期 有效期自 起始日期 validfrom startdate from",
        "valid_until": "失效日期 截止日期 结束日期 有效期至 到期日期 validuntil validto enddate until",
        "lines.product_id": "产品 商品 货品 产品编号 商品编号 产品编码 商品编码 货号 物料编码 产品名称 商品名称 品名"
        " product item productcode productno itemcode itemno sku code productname itemname",
        "lines.unit": "单位 计量单位 uom unit",
        "lines.min_quantity": "起订量 起始数量 数量起 最小数量 起批量 阶梯数量 数量"
        " minquantity fromquantity minqty quantitybreak quantity qty",
        "lines.price": "单价 价格 售价 协议价 含税单价 unitprice price",
        "lines.discount": "折扣 折扣率 优惠率 discount discountpercent",
        "lines.remark": "备注 行备注 remark remarks",
    },
    "sales-orders": {
        **_CUSTOMER_REFERENCE,
        "number": "订单号 订单编号 单号 单据编号 单据号 销售单号 销售订单号 编号 order orderid orderno ordernumber salesorder salesorderno"
        " invoiceid invoiceno"
        " invoicenumber documentno number so",
        "contact_id": "联系人 contact contactname",
        "order_date": "订单日期 日期 单据日期 下单日期 下单时间 签单日期 销售日期 date orderdate invoicedate",
        "delivery_date": "交货日期 交期 发货日期 要求交货日期 送货日期 requireddate deliverydate duedate shipdate",
        "delivery_address": "送货地址 收货地址 交货地址 地址 shipaddress shippingaddress deliveryaddress billingaddress address",
        "status": "状态 订单状态 单据状态 orderstatus state",
        "customer_order": "客户订单号 客户单号 采购单号 对方订单号 ponumber customerpo yourreference customerorderno",
        "note": "订单备注 单据备注 整单备注 摘要 note notes ordernote comment comments",
        "currency_id": "币种 货币 币别 currency currencycode",
        "tax_mode": "价格方式 含税方式 计税方式 是否含税 taxmode",
        "order_discount": "整单优惠 优惠金额 整单折扣 折让 orderdiscount discountamount",
        "freight": "运费 物流费 freight shipping shippingcost",
        "net": "不含税金额 不含税合计 netamount subtotal",
        "total": "合计 总金额 总计 订单金额 应付金额 价税合计 ordertotal totalamount grandtotal",
        **_PRICED_LINES,
        "lines.delivered": "已发货 已发数量 已交数量 发货数量 delivered shippedqty",
    },
    "leads": {
        "number": "线索编号 编号 leadid leadno",
        "company": "公司 公司名称 单位 单位名称 客户 客户名称 客户公司 companyname organization accountname",
        "person": "联系人 姓名 联系人姓名 contact contactname fullname name",
        "title": "职务 职位 jobtitle position",
        "source": "来源 线索来源 渠道 leadsource",
        "interest": "需求 意向 意向产品 需求描述 咨询内容 requirements message",
        "next_contact": "下次联系 下次跟进 下次跟进时间 nextcontact",
        "mobile": "手机 手机号 手机号码 移动电话 mobilephone cell",
        "phone": "电话 联系电话 座机 telephone tel phonenumber",
        "email": "邮箱 电子邮箱 emailaddress mail",
        "status": "状态 线索状态 leadstatus state",
        "note": "备注 说明 描述 remark notes comment description",
    },
    "opportunities": {
        **_CUSTOMER_REFERENCE,
        "number": f"商机编号 机会编号 {_NUMBERS} opportunityid dealid",
        "title": "商机名称 商机 机会名称 主题 项目名称 opportunity opportunityname dealname subject name",
        "stage_id": "阶段 销售阶段 商机阶段 stage salesstage dealstage",
        "expected_close": "预计成交日期 预计签单日期 预计成交时间 closedate closingdate expectedclose",
        "estimate": "预计金额 商机金额 预计销售额 金额 amount value expectedrevenue",
        "probability": "可能性 成交概率 赢率 probability",
        "source": "来源 商机来源 leadsource",
        "note": "备注 说明 描述 description notes",
    },
    "quotes": {
        **_CUSTOMER_REFERENCE,
        "number": f"报价单号 报价编号 报价单编号 {_NUMBERS} quote quoteno quotenumber quoteid quotationno",
        "contact_id": "联系人 contact contactname",
        "title": "报价主题 主题 项目名称 subject",
        "quote_date": "日期 单据日期 报价时间 date quotedate",
        "valid_until": "有效期 报价有效期 截止日期 validtill expirydate expirationdate",
        "status": "状态 单据状态 报价状态 quotestatus state",
        "note": "报价备注 单据备注 摘要 notes comment comments",
        **_AMOUNTS,
        "order_discount": "整单优惠 整单折扣 折让 discountamount",
        "freight": "物流费 shipping shippingcost",
        **_PRICED_LINES,
    },
    "deliveries": {
        **_CUSTOMER_REFERENCE,
        **_ORDER_REFERENCE,
        "number": f"发货单号 送货单号 出库单号 发货单编号 {_NUMBERS} deliveryno deliverynumber shipmentno",
        "delivery_date": "日期 单据日期 送货日期 出库日期 发货时间 date deliverydate shipdate",
        "status": "状态 单据状态 state",
        "address": "送货地址 收货地址 shippingaddress deliveryaddress",
        "carrier": "物流公司 快递公司 承运商 shipvia shipper",
        "tracking": "物流单号 快递单号 trackingnumber trackingno",
        "note": "发货备注 单据备注 摘要 notes",
        **_GOODS_LINES,
        "lines.serials": "序列号 sn 批号 serialnumber",
    },
    "returns": {
        **_CUSTOMER_REFERENCE,
        **_ORDER_REFERENCE,
        "number": f"退货单号 退货单编号 退货编号 {_NUMBERS} returnno rma rmano",
        "return_date": "日期 单据日期 退货时间 date returndate",
        "status": "状态 单据状态 state",
        "kind": "退货类型 类型 处理方式",
        "reason": "退货原因 reason",
        "note": "退货备注 单据备注 摘要 notes",
        **_PRICED_LINES,
    },
    "receivables": {
        **_CUSTOMER_REFERENCE,
        **_ORDER_REFERENCE,
        "number": f"应收单号 应收编号 凭证号 {_NUMBERS} invoiceno invoicenumber",
        "title": "摘要 说明 项目 款项名称 期次 description memo",
        "due_date": "到期日期 应收日期 应收款日期 截止日期 付款期限 约定付款日 duedate due",
        "amount": "应收金额 应收 应收款 应收账款 应收余额 期初应收 期初余额 期初欠款 期初应收款 期初应收余额 欠款 欠款金额 欠款余额 余额"
        " balance openingbalance amountdue outstanding amountoutstanding",
        "currency_id": "币种 货币 币别 currency currencycode",
        "note": "备注 remark remarks notes comment",
    },
    "invoices": {
        **_CUSTOMER_REFERENCE,
        "number": f"开票单号 发票编号 发票号 {_NUMBERS} invoice invoiceno invoicenumber invoiceid",
        "invoice_date": "日期 开票时间 发票日期 date invoicedate",
        "kind": "发票类型 类型 invoicetype",
        "status": "状态 单据状态 发票状态 state",
        "title_name": "抬头 开票抬头 购方名称 购买方名称",
        "tax_number": "纳税人识别号 购方税号 购买方税号 taxid vatnumber",
        "note": "发票备注 单据备注 摘要 notes",
        **_AMOUNTS,
        "lines.order_id": "订单 销售订单 订单号 订单编号 order orderno ordernumber",
        **{target: words for target, words in _PRICED_LINES.items() if target not in ("lines.code", "lines.remark")},
    },
    "receipts": {
        **_CUSTOMER_REFERENCE,
        "number": f"收款单号 收款编号 凭证号 {_NUMBERS} receiptno receiptnumber paymentno",
        "receipt_date": "日期 收款时间 到账日期 付款日期 回款日期 date paymentdate receiptdate",
        "amount": "收款金额 实收金额 到账金额 回款金额 付款金额 amount paymentamount amountreceived",
        "status": "状态 单据状态 state",
        "method": "付款方式 结算方式 支付方式 paymentmethod",
        "account": "账户 收款账号 银行账户 结算账户 bankaccount",
        "reference": "流水号 银行流水 交易号 交易流水号 transactionid referenceno",
        "payer": "付款人 付款单位 payer",
        "note": "摘要 说明 收款备注 notes memo",
        "currency_id": "币种 货币 币别 currency currencycode",
        "lines.receivable_id": "应收单 应收单号 应收编号 receivableno",
        "lines.amount": "核销金额 本次核销 分配金额 allocated",
    },
    "follow-ups": {
        **_CUSTOMER_REFERENCE,
        "contact_id": "联系人 contact contactname",
        "kind": "方式 跟进方式 类型 跟进类型 type activitytype method",
        "at": "时间 跟进时间 日期 跟进日期 联系时间 date datetime time activitydate",
        "text": "内容 跟进内容 记录 跟进记录 沟通内容 description note notes content subject details",
        "next_step": "下一步 下步计划 下次计划 后续计划 nextaction nextstep",
        "next_date": "下次跟进 下次跟进时间 下次时间 下次日期 nextdate nextcontact followupdate",
        "done": "已完成 完成 done completed",
    },
    "tasks": {
        **_CUSTOMER_REFERENCE,
        "contact_id": "联系人 contact contactname",
        "title": "标题 任务 主题 任务名称 subject task name summary",
        "due": "截止日期 到期日 截止时间 期限 duedate deadline due",
        "priority": "优先级 重要性 importance",
        "status": "状态 任务状态 state",
        "text": "内容 详情 描述 说明 备注 description note notes details",
    },
}

OWN = {
    "owner_id": "负责人 业务员 销售员 所属人 跟进人 owner salesperson salesrep assignedto",
    "department_id": "部门 所属部门 department",
}
"""What the fields that every record has are called."""
