"""How office programs are told to write figures: by a form of their own, in the groups of a language whatever language
the program itself speaks."""


def grouped_form(groups: int, money: bool, language: str) -> str:
    """A form of figures in so many groups of three; of euros with their sign."""
    between = "\u00a0" if language == "lv" else ","
    digits = {1: "0", 2: f'#"{between}"##0', 3: f'#"{between}"###"{between}"##0'}[groups]
    if not money:
        return digits
    return f'{digits}"\u00a0€"' if language == "lv" else f'"€"{digits}'


def figures_form(money: bool, language: str) -> str:
    """A form of figures from zero on: a form has room for three sizes, so it groups up to a thousand million."""
    thousands, millions = grouped_form(2, money, language), grouped_form(3, money, language)
    return f"[>=999999.5]{millions};[>=999.5]{thousands};{grouped_form(1, money, language)}"
