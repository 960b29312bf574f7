"""The pages that there are, as the navigation and the server know them."""

# Groups of the navigation, each a folder: file and address of a page, its icon.
PAGES = {
    "statistics": {
        "overview": ":material/space_dashboard:",
        "benefits": ":material/payments:",
        "households": ":material/home:",
        "psychologists": ":material/psychology:",
        "day_centres": ":material/groups:",
        "builder": ":material/table_chart:",
        "presentation": ":material/slideshow:",
        "report": ":material/article:",
        "method": ":material/menu_book:",
    },
    "records": {
        "quality": ":material/fact_check:",
        "loading": ":material/upload_file:",
        "audits": ":material/policy:",
    },
}
FIRST = "overview"  # opens by itself, at the address of the dashboard
HOME = "home"  # opens by itself for whoever may not open the first
NAMES = frozenset({HOME, *(name for group in PAGES.values() for name in group)})
