"""The verdicts that the page may publish, by the id of the claim."""

VERDICTS: dict[str, str] = {}
