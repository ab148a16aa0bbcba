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
        "lines.product_id": "产品 商品 货品 product item",
        "lines.code": "产品编号 商品编号 产品编码 商品编码 货号 物料编码 条码 sku productid productcode productno itemcode itemno trackid"
        " barcode code",
        "lines.name": "产品名称 商品名称 品名 名称 货品名称 物料名称 productname itemname description trackname track name",
        "lines.specification": "规格 规格型号 型号 spec model",
        "lines.unit": "单位 计量单位 uom unit",
        "lines.quantity": "数量 订购数量 销售数量 quantity qty orderqty count",
        "lines.price": "单价 价格 销售单价 含税单价 unitprice price rate",
        "lines.discount": "折扣 折扣率 discount discountpercent discountrate",
        "lines.tax_rate": "税率 vatrate taxrate taxpercent",
        "lines.amount": "金额 小计 行金额 amount linetotal lineamount extendedprice",
        "lines.tax": "税额 taxamount",
        "lines.delivered": "已发货 已发数量 已交数量 发货数量 delivered shippedqty",
        "lines.remark": "备注 行备注 明细备注 remark remarks linenote",
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
