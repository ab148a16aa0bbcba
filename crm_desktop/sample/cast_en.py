"""Who takes part in the story of the sample company, in English: the same people, customers, goods and talks as in cast_zh.py."""

from __future__ import annotations

from crm_desktop.sample.words_en import APPROVAL_FLOWS, APPROVAL_STEPS, TITLES

__all__ = ["APPROVAL_FLOWS", "APPROVAL_STEPS", "TITLES"]

CITIES = (
    ("Guangzhou", "Guangdong", "020"), ("Shenzhen", "Guangdong", "0755"), ("Foshan", "Guangdong", "0757"), ("Dongguan",
     "Guangdong", "0769"),
    ("Zhongshan", "Guangdong", "0760"), ("Zhuhai", "Guangdong", "0756"), ("Huizhou", "Guangdong", "0752"), ("Jiangmen",
     "Guangdong", "0750"),
    ("Fuzhou", "Fujian", "0591"), ("Quanzhou", "Fujian", "0595"), ("Hangzhou", "Zhejiang", "0571"), ("Ningbo", "Zhejiang", "0574"),
    ("Wenzhou", "Zhejiang", "0577"), ("Suzhou", "Jiangsu", "0512"), ("Wuxi", "Jiangsu", "0510"), ("Nanjing", "Jiangsu", "025"),
    ("Shanghai", "Shanghai", "021"), ("Changsha", "Hunan", "0731"), ("Wuhan", "Hubei", "027"), ("Nanning", "Guangxi", "0771"),
)  # fmt: skip
DISTRICTS = ("New District", "Development Zone", "High-tech Zone", "Industrial Park", "South District", "East District")
STREETS = (
    "Xingye Road", "Chuangxin Avenue", "Gongye First Road", "Fumin Road", "Wenchang Road", "Heping Middle Road", "Jinqiao Road",
    "Xingang East Road", "Huancheng North Road", "Keji Second Road",
)  # fmt: skip
ADDRESS = "{number} {street}, {district}, {city}"
PERSON = "{surname} {given}"

PEOPLE = ("Chen Jianguo", "Wang Fang", "Zhou Wei", "Li Na", "Huang Zhiqiang", "Liu Yang", "Liang Guodong", "He Min")
DEPARTMENTS = ("Sales One", "Sales Two", "Finance", "Warehouse and Service")
TEAM = "Canton Fair team"

CLIENTS = (
    "Foshan Hengda Injection Machinery Co., Ltd", "Shenzhen Jinpeng Automation Co., Ltd", "Guangzhou Dongsheng Textile Machinery Co., Ltd",
    "Foshan Minghui Ceramic Machinery Co., Ltd", "Jiangmen Tiancheng Food Machinery Co., Ltd", "Zhuhai Haihong Marine Equipment Co., Ltd",
    "Changsha Wanli Construction Machinery Co., Ltd", "Zhongshan Yongxin Hardware Works", "Dongguan Ruifeng Electronic Equipment Co., Ltd",
    "Guangzhou Lianchuang Printing Equipment Co., Ltd", "Huizhou Huarui Plastics Co., Ltd", "Suzhou Sutai Precision Machinery Co., Ltd",
    "Guangzhou Nansha Port Crane Service Co., Ltd", "Dongguan Lida Transmission Co., Ltd", "Foshan Shunfa Woodworking Machine Works",
    "Shenzhen Hongye CNC Equipment Co., Ltd", "Zhongshan Gelang Appliances Co., Ltd", "Guangzhou Baiyun Packing Machinery Co., Ltd",
    "Fuzhou Mingong Heavy Machinery Co., Ltd", "Quanzhou Hengfeng Stone Machinery Co., Ltd", "Hangzhou Xinke Motor Co., Ltd",
    "Ningbo Yongtong Moulding Parts Co., Ltd", "Wenzhou Huatai Valve Co., Ltd", "Wuxi Xineng Wind Power Co., Ltd",
    "Nanjing Ningyuan Environmental Engineering Co., Ltd", "Shanghai Shenjie Logistics Equipment Co., Ltd", "Wuhan Hanjiang Pump Co., Ltd",
    "Nanning Guitang Sugar Machinery Co., Ltd", "Foshan Nanhai Aluminium Co., Ltd", "Dongguan Kangda Packaging Co., Ltd",
    "Huizhou Desai Precision Co., Ltd", "Jiangmen Yinzhou Paper Co., Ltd", "Zhuhai Huafa Dyeing Co., Ltd",
    "Guangzhou Panyu Lift Parts Co., Ltd", "Shenzhen Maisi Medical Devices Co., Ltd", "Zhongshan Xiaolan Lock Co., Ltd",
    "Foshan Lecong Steel Trading Co., Ltd", "Guangzhou Huadu Auto Parts Co., Ltd", "Dongguan Changan Mould Co., Ltd",
    "Huizhou Daya Bay Chemical Equipment Co., Ltd", "Zhanjiang Zhonghai Seafood Machinery Co., Ltd",
    "Zhaoqing Dinghu Mineral Water Co., Ltd",
)  # fmt: skip

SURNAMES = (
    "Chen", "Li", "Zhang", "Huang", "Lin", "Liang", "Wu", "He", "Guo", "Luo", "Xie", "Deng", "Feng", "Zeng", "Cai", "Xu", "Pan", "Zhong",
    "Lu", "Ye",
)  # fmt: skip
GIVEN = (
    "Zhiming", "Lihua", "Guoqiang", "Xiaoyan", "Weiwen", "Jingyi", "Jianping", "Haitao", "Jiaxin", "Yongkang", "Meiling", "Jiahao",
    "Xiuzhen", "Zijian", "Wenbin", "Xuemei", "Zhenyu", "Peishan", "Desheng", "Huimin",
)  # fmt: skip

PRODUCTS: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("Deep groove ball bearing", ("6204-2RS", "6205-2RS", "6305-ZZ", "6208-C3", "6310-2RS"), "pcs", 26),
    ("Tapered roller bearing", ("30206", "30208", "32210"), "pcs", 58),
    ("Spherical roller bearing", ("22210 CA", "22216 CA", "22220 CA"), "pcs", 420),
    ("Pillow block bearing", ("UCP205", "UCP208", "UCF207"), "pcs", 45),
    ("Linear guide", ("HGH20 1000", "HGH25 1500"), "pcs", 680),
    ("Three-phase motor", ("Y90L-4 1.5kW", "Y100L-4 2.2kW", "Y132S-4 5.5kW"), "pcs", 980),
    ("Gear reducer", ("WPA60 1:20", "RV75 1:30"), "pcs", 760),
    ("Hydraulic cylinder", ("HOB 63×200", "HOB 80×300"), "pcs", 1280),
    ("Ball valve", ("DN15", "DN25", "DN40"), "pcs", 65),
    ("Stainless flange", ("DN25", "DN50", "DN80", "DN100"), "pcs", 86),
    ("Oil seal", ("TC 35×52×7", "TC 50×72×8"), "pcs", 6),
    ("Drive belt", ("A-1200", "B-1500", "C-2000"), "pcs", 32),
    ("Roller chain", ("08B", "12A", "16A"), "m", 48),
    ("Optical sensor", ("M12", "M18"), "pcs", 88),
    ("Programmable controller", ("16 points", "32 points"), "pcs", 1650),
    ("Control cabinet", ("600×800", "800×1000"), "pcs", 4800),
    ("Grease", ("1 kg", "15 kg"), "box", 260),
    ("Cutting fluid", ("18 l", "200 l"), "box", 320),
    ("Installation", ("half a day", "a day"), "hour", 1200),
    ("Yearly maintenance", ("standard", "extended"), "hour", 6800),
)  # fmt: skip
CATEGORIES = ("Bearings", "Transmission", "Hydraulics and valves", "Electrical", "Supplies", "Services")

TAGS = {"key": "key account", "old": "old customer", "fair": "Canton Fair", "monthly": "monthly", "slow": "slow payer", "risk": "no credit"}
CARRIERS = ("Deppon", "SF Express", "Kuayue Express", "own truck")
TERMS = {
    "project": ("30/60/10 by stages", "30% when signed, 60% 30 days after delivery, 10% 60 days after acceptance",
                ("Deposit", "On delivery", "After acceptance")),
    "30": ("30 days after delivery", "", ("Payment",)),
    "60": ("60 days after delivery", "", ("Payment",)),
    "0": ("Payment before delivery", "", ("Payment",)),
}  # fmt: skip

EVENTS: dict[str, tuple[str, ...]] = {
    "quoted": ("Sent quote {number} over {amount}; purchasing compares prices", "Quoted {product} as asked, {number}, good for a month"),
    "lost_quote": ("{number} came to nothing: the same {product} is 6 points cheaper elsewhere",
    "{number}: their project was put off, nothing is bought now"),
    "ordered": ("Order {number} confirmed, {amount}, mostly {product}",
    "Checked types and dates of {number} by phone; {product} must not be of mixed batches",
                "They placed {number} and want certificates with the {product}"),
    "part": ("Shipped a part of {number}; {product} follows when the maker delivers, the customer agrees",
             "{product} is out of stock; agreed to send {number} in two parts"),
    "arrived": ("{number} was signed for, quantities are right", "Called about {number}: in use, no problems",
                "{number} came two days late; explained it and apologised"),
    "refund": ("{number}: {quantity} {product} are faulty; agreed to take them back after seeing photos",
               "They return {quantity} {product} by {number}; to be deducted from the next statement"),
    "exchange": ("{quantity} {product} of the wrong type were sent; exchanged by {number}, the right ones left the same day",),
    "dunned": ("Asked for payment: {number} is {days} days late, {amount}; the boss is travelling, next week they say",
               "Went through {number} with their finance: {amount} is not disputed, they promise to pay soon"),
    "paid_late": ("After {days} days {amount} came in at last, {number} is settled",),
    "visit": ("Visited them and saw the line; they use {product} steadily", "Had morning tea with their buyer and talked about next year",
              "Brought samples of {product} for their engineers"),
}  # fmt: skip
"""What is noted of a document, by what happened; its number, amount and goods are put in."""

SCENES: tuple[tuple[int, int, int, str, str, str, int | None], ...] = (
    # client, days ago, who, kind, text, next step, in so many days
    (0, 540, 4, "visit", "First visit to Hengda: they add machines, need of bearings may double", "", None),
    (0, 96, 4, "visit", "Hengda's second plant is running; Ms Xie wants weekly instead of monthly supplies", "", None),
    (0, 2, 4, "call", "Hengda wants another large order, but with it they would be over their credit limit; asked the owner to approve",
     "Tell the customer what was decided", 1),
    (1, 320, 0, "visit", "Jinpeng's assembly line is agreed: cabinets in two parts, paid 30/60/10", "", None),
    (1, 6, 0, "wechat", "Jinpeng's production director asks for a budget price of next year's automation; see the opportunity",
     "Meet next Wednesday", 2),
    (2, 345, 5, "visit", "Renewed the yearly agreement with Dongsheng, agreed prices hold all year", "", None),
    (2, 8, 5, "call", "Dongsheng's agreement ends soon; they want 2 points more off", "Prepare the renewal", 3),
    (3, 20, 5, "call", "Minghui's finance found a wrong price on our invoice and wants a red one", "", None),
    (3, 15, 3, "wechat", "The red invoice is made out to Minghui, the new one goes with the goods", "", None),
    (4, 66, 4, "call", "Tiancheng complains: 6305 came instead of 6205, their line stood half a day; they were very angry", "", None),
    (4, 64, 8, "visit", "Brought the right bearings and apologised; from now on two people check what leaves the house", "", None),
    (5, 58, 3, "call", "Haihong's finance: the shipowner has not paid, so we have to wait", "", None),
    (5, 31, 3, "call", "Third reminder to Haihong; Mr Chen promises half of it by the end of the month", "", None),
    (5, 4, 3, "visit", "Went through the statement at Haihong; they confirmed it and stamped it",
     "Call about the payment at the end of the month", 4),
    (6, 40, 5, "call", "Wanli pays late again; told them that new orders wait until the old ones are paid", "", None),
    (7, 250, 2, "visit", "Only one line runs at Yongxin; the owner says their orders went elsewhere", "", None),
    (7, 130, 3, "visit", "Yongxin's gate is sealed, nobody answers; three reminders are on file, told the owner", "", None),
    (8, 236, 4, "call", "Ruifeng's buyer: a new supplier in Vietnam is 12% cheaper, we should match it", "", None),
    (8, 221, 1, "visit", "Took our lowest price to Ruifeng, still 5% too high; they have signed with the other", "", None),
    (8, 205, 4, "call",
     "Ruifeng's buyer was furious: “You never told us before you raised prices. Eight years, and no consideration at all. "
     "Do not call again.” Customer lost, reason: price", "", None),
    (9, 188, 5, "call", "Lianchuang complains of late delivery for the third time: 22210 bearings out of stock for two weeks", "", None),
    (9, 171, 2, "visit", "Apologised to Lianchuang in writing and promised stock; they want damages for the standstill", "", None),
    (9, 160, 5, "call",
     "Lianchuang's plant manager shouted: “Three delays! A day without my press costs 20,000. Can you pay that? Cancel everything!” "
     "Customer lost, reason: time of delivery", "", None),
    (10, 140, 5, "visit", "Huarui's exports shrink; they will buy about half of last year", "", None),
    (10, 24, 5, "call", "Huarui stopped the monthly standing order and buys when needed", "Ask again at the start of the month", 6),
    (11, 290, 6, "mail", "Sutai, met at the Canton Fair, look for a bearing supplier in the south", "", None),
    (11, 270, 6, "visit", "Went to Suzhou: the first order is 22216 on trial, more if the quality is right", "", None),
    (11, 12, 6, "call", "Sutai placed more than ten orders this year and ask for the prices of level A", "Ask Ms Wang for the prices", 0),
    (36, 9, 4, "visit", "Lecong Steel want to sell bearings themselves and ask for dealer prices", "Send dealer prices", -2),
    (37, 5, 6, "call", "Huadu Auto Parts ask for an IATF certificate; passed on the maker's papers", "Wait for the date of their audit", 5),
    (38, 16, 5, "wechat", "Changan Mould still compare prices and decide next month", "Call at the end of the month", 7),
)  # fmt: skip

TASKS: tuple[tuple[str, int, int, int, str], ...] = (
    # title, client, due in so many days, who, priority
    ("Decide on Hengda's order beyond the limit", 0, 0, 0, "high"),
    ("Arrange a meeting about Jinpeng's automation", 1, 2, 0, "high"),
    ("Look through what is overdue: go on supplying Wanli?", 6, -1, 0, "high"),
    ("Prepare the renewal of Dongsheng's yearly agreement", 2, 0, 5, "high"),
    ("Decide on level A prices for Sutai", 11, 0, 2, "normal"),
    ("Haihong: make sure of the payment", 5, 4, 3, "high"),
    ("Wanli: send the third reminder", 6, 0, 3, "high"),
    ("Send Minghui the new invoice", 3, -1, 3, "normal"),
    ("Tiancheng: make a checklist for two people at dispatch", 4, -3, 7, "normal"),
    ("Send Dongguan Lida the reducers that were out of stock", 13, 1, 7, "normal"),
    ("Send dealer prices to Lecong Steel", 36, -2, 4, "normal"),
    ("Birthday cake for Jinpeng's production director", 1, 3, 8, "low"),
    ("Enter the cards from the Canton Fair as leads", 11, -5, 6, "low"),
    ("End of the year: print all statements", 0, 12, 3, "normal"),
    ("Count the stock of 22210 CA: what Lianchuang taught us", 9, 6, 7, "normal"),
    ("Call Nansha Port about the maintenance", 12, 8, 8, "normal"),
    ("Next year's price list", 2, 20, 2, "normal"),
)
DONE_TASKS = ("Send the statement", "Send samples", "Call whether the goods arrived", "Prepare the quotation",
    "Check the invoice data", "Greetings before the holidays")

LEADS = (
    ("Qingyuan Yuebei Cement Products Co., Ltd", "Peng Min", "Pillow blocks for conveyors, about 300,000 a year", "fair", "hot", 2),
    ("Dongguan Ruida Automation Co., Ltd", "Xie Li", "Linear guides, wants samples first", "web", "warm", 5),
    ("Shaoguan Steel Machinery Co., Ltd", "He Weiqiang", "Spherical roller bearings, to replace the present supplier", "call", "hot", 9),
    ("Zhuhai Yuanhang Marine Parts Co., Ltd", "Tang Jing", "Stainless flanges DN80 and DN100", "referral", "warm", 14),
    ("Heyuan Xinyuan Plastics Co., Ltd", "Deng Chao", "Wants a price list", "web", "cold", 23),
    ("Maoming Petrochemical Equipment Works", "Xu Wen", "Grease for high temperatures", "fair", "warm", 31),
    ("Zhaoqing Hongtai Ceramics Co., Ltd", "Feng Guohua", "Motors for kilns, a new line next year", "referral", "warm", 45),
    ("Shantou Yongfeng Packaging Co., Ltd", "Cai Shaoping", "Urgent chains, finds us too expensive", "call", "cold", 58),
    ("Yangjiang Eighteen Knives Works", "Li Juan", "Only samples, no plan to buy", "fair", "cold", 66),
)
DROPPED = "No plan to buy; look again in half a year."
DEALS = (
    # title, client, estimate, stage (-1 won, -2 lost), days since begun, expected in days, source, competitors
    ("Automation of the assembly line next year", 1, 860_000, 3, 48, 35, "old", "Inovance dealer"),
    ("Yearly supply of bearings for the second plant", 0, 1_200_000, 4, 70, 12, "old", "local dealer"),
    ("Renewal of the yearly agreement", 2, 480_000, 4, 21, 9, "old", ""),
    ("Guides for the new hall in Suzhou", 11, 360_000, 2, 30, 50, "referral", "HIWIN dealer"),
    ("Dealership", 36, 300_000, 1, 18, 60, "call", ""),
    ("Gearbox bearings as a nominated supplier", 37, 640_000, 1, 26, 90, "fair", "SKF dealer"),
    ("Cutting fluid and seals for the mould shop", 38, 85_000, 3, 62, 8, "web", "local oil shop"),
    ("New drives for reactors", 39, 150_000, 2, 55, 30, "web", ""),
    ("Stainless valves for a seafood line", 40, 96_000, 0, 6, 75, "fair", ""),
    ("Spare motors for the filling line", 41, 42_000, 0, 3, 45, "call", ""),
    ("Bearings for the overhaul of gantry cranes", 12, 210_000, 2, 40, 20, "old", "the maker"),
    ("Pitch bearings on trial", 23, 520_000, 1, 88, 110, "fair", "LYC"),
    ("New electrics for conveyors", 25, 270_000, 3, 37, 16, "referral", ""),
    ("Chains for the kiln rollers", 3, 130_000, -1, 75, -20, "old", ""),
    ("Control cabinets, second phase", 1, 390_000, -1, 160, -95, "old", ""),
    ("Change to weekly bearing supplies", 0, 720_000, -1, 130, -60, "old", "local dealer"),
    ("Yearly agreement on pump seals", 26, 88_000, -1, 110, -48, "visit", ""),
    ("Bearings for lift motors", 33, 175_000, -1, 200, -130, "fair", ""),
    ("Spare parts for the sugar season", 27, 145_000, -1, 58, -12, "old", ""),
    ("Bearings for the plant in Vietnam", 8, 450_000, -2, 290, -205, "old", "supplier in Vietnam", "price"),
    ("Yearly stock of press bearings", 9, 260_000, -2, 230, -160, "old", "dealer in town", "delivery"),
    ("Guides for medical devices", 34, 120_000, -2, 140, -70, "web", "imported brand", "competitor"),
    ("Cabinets for a hall", 10, 180_000, -2, 95, -30, "old", "", "no_budget"),
)
LOST_WORDS = "They chose somebody else."
APPROVED = "An old customer who always pays in time. Agreed."
APPROVED_CREDIT = "Hengda's second plant is running: agreed for this time, half of it has to come in by the end of the month."
REJECTED = "Below our floor price. Talk to the customer, come back with at most 10% off."
NOT_YET = "Wanli's old debts are open: money first, then goods."
WRITE_OFF = "The customer closed down; three reminders were in vain, the lawyer's letter came back."
WRITE_OFF_AGREED = "Agreed, write it off; no further supplies."
REVISE_1, REVISE_2 = "They want the stronger cylinders", "They want three points off the whole"
CANCELLED = "The customer cancelled what was left."
RED_REASON = "Wrong price; corrected by a red invoice."
RETURN_NOTES = {
    "damaged": "The box was damp, the bearings show rust", "quality": "They are noisy; the maker admits a bad batch",
    "wrong": "Wrong type picked in the warehouse", "too_many": "The customer ordered too many, unopened",
}  # fmt: skip
PRICE_LISTS = ("Standard prices", "Prices for level A", "Prices for East China", "Yearly agreement with Dongsheng")
BUNDLE = ("Drive repair kit", "set")
NOTES = {
    0: "Grows fastest; weekly supplies since the second plant runs. Mind the credit limit.",
    5: "Always pays late; promised to pay by parts after the third reminder. New orders need finance.",
    6: "Pays slowly; no goods before the old debts are paid.", 7: "Closed down; the rest was written off, no more supplies.",
    8: "A customer for eight years, went to a supplier in Vietnam for the price.",
    9: "Lost after three delays. What it taught us: keep 22210 CA in stock.", 10: "Exports shrink, buys less every quarter.",
    11: "Met at the Canton Fair, grows fast; on the way to level A.",
}  # fmt: skip
