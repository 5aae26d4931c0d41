"""Reviews to try, easy and hard ones, in both languages; the keys name them in the words."""

from __future__ import annotations

EXAMPLES = {
    "en_praise": "A wonderful film: moving, funny and beautifully played. I would see it again tomorrow.",
    "fr_praise": "Un film magnifique, porté par des acteurs formidables. J'ai adoré du début à la fin.",
    "en_pan": "Boring from start to finish, badly acted, and the worst ending in years. Avoid it.",
    "fr_pan": "Quel navet ! On s'ennuie, les dialogues sont nuls et l'histoire n'a aucun intérêt.",
    "en_negation": "Not bad at all. I did not expect to like it, and there was not a dull moment.",
    "fr_negation": "Pas mal du tout ! Je ne me suis pas ennuyé une seconde, et ce n'est pas si fréquent.",
    "en_irony": "Oh great, another two hours of people running from an explosion. Exactly what the world needed.",
    "fr_irony": "Bravo aux scénaristes : il fallait oser un final aussi stupide. Chapeau.",
    "en_mixed": "Great actors and a beautiful score, wasted on a dull plot. The last twenty minutes almost save it.",
    "fr_mixed": "Les images sont superbes, mais le scénario est vide et la fin bâclée. Dommage pour les acteurs.",
}
