"""Texts of our own that every model is saved with: loading re-scores them. They hold what scorers get wrong."""

GOLDEN = (
    "",
    " ",
    "A wonderful, moving film. I loved every minute of it: 9/10!",
    "Boring, predictable and far too long. The worst two hours of my year.",
    "Not bad at all, but not great either.",
    "I wanted to like it; I really did... <br /><br />I couldn&#39;t.",
    "Un film magnifique, porté par des acteurs formidables. Je le recommande !",
    "Quel navet… On s’ennuie du début à la fin, aucun intérêt.",
    "Ce n'est pas le chef-d'œuvre annoncé, mais j'ai passé un bon moment.",
    "DON’T MISS IT!!! 10/10 😀👍🏽",
    "e\u0301te\u0301 and \u00e9t\u00e9 are one word, 'quoted' and ''quoted''",
    "İSTANBUL ISPARTA ı i, ΣΊΣΥΦΟΣ, ЖАРА, ÀÉÎÕÜ, Ǆ ẞ ﬁ",
    "1/2 a1/2 10/10/2010 80's rock'n'roll -- 3.5/5 * \u00bd",
    "tab\tnew\nline\u00a0no-break\u2028separator\u200bzero\u0000nul",
    "日本語のレビュー 한국어 العربية हिन्दी 𝒇𝒂𝒏𝒄𝒚 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "The Good, the Bad and the Ugly",
)
