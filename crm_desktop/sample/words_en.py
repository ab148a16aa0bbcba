"""Parts that English sample names are put together from; the same shape as words_zh."""

from __future__ import annotations

CITIES = (
    ("Guangzhou", "Guangdong", "020"), ("Shenzhen", "Guangdong", "0755"), ("Foshan", "Guangdong", "0757"), ("Hangzhou", "Zhejiang", "0571"),
    ("Ningbo", "Zhejiang", "0574"), ("Suzhou", "Jiangsu", "0512"), ("Nanjing", "Jiangsu", "025"), ("Shanghai", "Shanghai", "021"),
    ("Hong Kong", "Hong Kong", "852"), ("Singapore", "Singapore", "65"), ("Kuala Lumpur", "Malaysia", "60"), ("Manila", "Philippines", "63"),
)  # fmt: skip

DISTRICTS = ("North Park", "Harbour", "Science Park", "Old Town", "East Side")
STREETS = ("Market Street", "Station Road", "Mill Lane", "Harbour View", "Industrial Avenue", "Garden Road")

BRANDS_FIRST = (
    "North",
    "East",
    "Silver",
    "Golden",
    "Blue",
    "Bright",
    "Grand",
    "Prime",
    "Swift",
    "True",
    "Clear",
    "Green",
    "Stone",
    "River",
)
BRANDS_SECOND = ("field", "bridge", "wood", "star", "line", "port", "stone", "gate", "hill", "land", "mark", "way")

TRADES: tuple[tuple[str, str], ...] = (
    (" Machinery", "machinery"), (" Tools", "machinery"), (" Electronics", "electronics"), (" Lighting", "electronics"),
    (" Building Supplies", "building"), (" Foods", "food"), (" Beverages", "food"), (" Garments", "textile"), (" Textiles", "textile"),
    (" Chemicals", "chemistry"), (" Medical", "medical"), (" Logistics", "logistics"), (" Plastics", "chemistry"), (" Trading", "retail"),
    (" Services", "services"),
)  # fmt: skip

FORMS = (" Ltd", " Ltd", " Co.", " Inc.", " Works")

SURNAMES = (
    "Smith",
    "Wong",
    "Tan",
    "Miller",
    "Chen",
    "Garcia",
    "Brown",
    "Lee",
    "Kumar",
    "Wilson",
    "Santos",
    "Lim",
    "Taylor",
    "Ng",
    "Clark",
)
GIVEN = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Frank",
    "Grace",
    "Henry",
    "Irene",
    "James",
    "Kate",
    "Leo",
    "Mary",
    "Nick",
    "Olivia",
    "Paul",
)

TITLES = (("Managing director", "owner", "decides"), ("Purchasing manager", "purchasing", "decides"), ("Buyer", "purchasing", "influences"),
          ("Engineer", "technology", "influences"), ("Accountant", "finance", "informs"), ("Storekeeper", "warehouse", "none"))  # fmt: skip

PRODUCTS: tuple[tuple[str, tuple[str, ...], str, int], ...] = (
    ("Ball bearing", ("6204-2RS", "6205-2RS", "6305-ZZ", "6208-C3"), "pcs", 18),
    ("Three-phase motor", ("1.5 kW", "2.2 kW", "5.5 kW"), "pcs", 980),
    ("Stainless flange", ("DN25", "DN50", "DN80", "DN100"), "pcs", 46),
    ("Ball valve", ("DN15", "DN25", "DN40"), "pcs", 65),
    ("Hydraulic cylinder", ("63×200", "80×300"), "pcs", 1280),
    ("Seal ring", ("40×3.1", "50×3.1", "65×5.7"), "pcs", 2),
    ("Drive belt", ("A-1200", "B-1500", "C-2000"), "pcs", 32),
    ("Gear reducer", ("1:20", "1:30"), "pcs", 760),
    ("Power supply", ("24V 5A", "24V 10A", "12V 20A"), "pcs", 138),
    ("Controller", ("16 points", "32 points"), "pcs", 1650),
    ("Optical sensor", ("M12", "M18"), "pcs", 88),
    ("Cable", ("3×1.5", "3×2.5", "5×4"), "m", 9),
    ("Control cabinet", ("600×800", "800×1000"), "pcs", 2300),
    ("Coolant", ("18 l", "200 l"), "box", 320),
    ("Safety gloves", ("M", "L"), "box", 24),
    ("Installation", ("half a day", "a day"), "hour", 600),
    ("Yearly maintenance", ("standard", "extended"), "hour", 3600),
)

CALLS = (
    "Confirmed delivery date and packing, price unchanged", "Asked for a quotation of the new model, sent the papers",
    "Question about last month's statement, explained", "Visit agreed for next week", "Samples passed, order is being prepared",
    "No purchase planned now, call again next month", "Asked for payment, promised for this week", "Showed the new product, interested",
    "Complained about a late delivery, apologised", "Talked about a yearly agreement",
)  # fmt: skip
STEPS = (
    "Call back: confirm the order",
    "Send the quotation",
    "Send samples",
    "Visit",
    "Ask for payment",
    "Send the draft agreement",
)
TASKS = (
    "Prepare the quotation",
    "Check the statement",
    "Send samples",
    "Call old customers",
    "Update the price list",
    "Prepare for the fair",
)
TAGS = ("regular", "important", "fair", "monthly", "invoice", "slow payer")
PEOPLE = ("Grace Wong", "Ben Miller", "Kate Tan", "Leo Chen", "Mary Clark")
DEPARTMENTS = ("Sales North", "Sales South", "Finance")
CARRIERS = ("SF Express", "Deppon", "YTO", "")
TEAM = "Trade fair"
APPROVAL_FLOWS = ("Large or cheap orders", "Bad debts")
APPROVAL_STEPS = {"manager": "Manager", "finance": "Finance", "owner": "Owner"}
