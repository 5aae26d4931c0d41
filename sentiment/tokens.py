"""The text rule, compiled by numba: UTF-8 bytes in, folded tokens out. The same tokens as `TextRule.tokens`.

A branch at every end of a word would be guessed wrong too often. So bytes are told apart 64 at a time: a mask has one
bit for each of them, and shifted masks say where tokens begin. Then each token is copied as 16 bytes, whatever its
length. Only what is beyond ASCII and the slashes of fractions are looked at one by one.
"""

from __future__ import annotations

from typing import TypeAlias

from sentiment.codepoints import decode, encode
from sentiment.compiled import compiled
from sentiment.lanes import WIDTH
from sentiment.tables import LANES, ONE, SPACE, U8, U32, U64, Bits, Bytes, Codes, Runs
from sentiment.textrule import APOSTROPHE, DIGIT, MARK, OTHER, SLASH, WORD
from sentiment.vectors import MOVED, bits_from, lowest, move, move_wide, ones, within

AHEAD = 32  # the folded text stands in `out` so far beyond its length that the tokens never reach what is to be read
LISTED = 16  # there are fewer tokens in most runs of 64 bytes

Masks: TypeAlias = Bits  # shape (ROWS, ...); row k: a bit for each byte of kind k
Rule: TypeAlias = tuple[Runs, Bytes, Codes]  # of ASCII; kinds of the folded code points; folds

BEGINS, STOPS = 6, 7  # rows after those of the kinds: first bytes of tokens; these and what is in no token


@compiled()
def fold_wide(data: Bytes, at: int, end: int, folds: Codes, out: Bytes, to: int) -> int:
    """Write `data[at:end]` to `out[to:]`, folded but for what is ASCII; returns where it ends."""
    begin = at
    while at < end:
        plain = U64(0)  # bytes of ASCII
        if at + U64(LANES) <= end:
            wide = within(data, at, U8(0x80), U8(0x7F))
            move_wide(data, at, out, to)
            if not wide:  # guessed right nearly always, and then the next bytes don't wait for these
                at, to = at + U64(LANES), to + U64(LANES)
                continue
            plain = lowest(wide)
        elif end - begin >= U64(LANES) and not within(data, end - U64(LANES), U8(0x80), U8(0x7F)):
            move_wide(data, end - U64(LANES), out, to + (end - at) - U64(LANES))  # some of them once more
            return to + (end - at)
        else:
            while at + plain < end and data[at + plain] < U8(0x80):
                out[to + plain] = data[at + plain]
                plain += ONE
        at, to = at + plain, to + plain
        if at < end and plain < U64(LANES):
            code, at = decode(data, at, end)
            to = encode(folds[code] if code < U32(len(folds)) else code, out, to)
    return to


@compiled()
def fold_ascii(out: Bytes, at: int, end: int, runs: Runs) -> None:
    """Fold the ASCII bytes of `out[at:end]`."""
    for run in range(len(runs)):
        low, span, shift = runs[run, 0], runs[run, 1], runs[run, 3]
        if shift:
            for place in range(at, end):
                byte = out[U64(place)]
                out[U64(place)] = U8(byte + (shift if U8(byte - low) <= span else U8(0)))


@compiled(inline="always")
def is_set(mask: Masks, row: int, place: int) -> bool:
    return mask[row, place >> U64(6)] >> (place & U64(63)) & ONE


@compiled(inline="always")
def set_bit(mask: Masks, row: int, place: int, bit: int) -> None:
    mask[row, place >> U64(6)] |= U64(bit) << (place & U64(63))


@compiled()
def tell_ascii(out: Bytes, base: int, runs: Runs, masks: Masks, chunks: int) -> None:
    """Set the bits of the ASCII bytes that are no marks."""
    for run in range(len(runs)):
        low, span, kind = runs[run, 0], runs[run, 1], U64(runs[run, 2])
        if kind == MARK or runs[run, 3]:
            continue
        for chunk in range(chunks):
            masks[kind, U64(chunk)] |= within(out, base + U64(LANES * chunk), low, span)


@compiled()
def tell_wide(out: Bytes, base: int, end: int, kinds: Bytes, masks: Masks) -> None:
    """Set the bits of the bytes of all other code points; of a mark's, but for the first."""
    for chunk in range((end - base) // U64(LANES) + ONE):
        leads: int = within(out, base + U64(LANES * chunk), U8(0xC0), U8(0x3F))
        while leads:
            at = base + U64(LANES * chunk) + lowest(leads)
            leads &= leads - ONE
            code, after = decode(out, at, end)
            kind = U64(kinds[code])
            for place in range(at + U64(kind == MARK), after):
                set_bit(masks, kind, U64(place) - base, 1)


@compiled()
def find_begins(masks: Masks, chunks: int) -> None:
    """Fill the row of first bytes, as if there were no fractions."""
    word_before, inside_before = U64(0), U64(0)
    for at in range(chunks):
        chunk = U64(at)
        word = masks[WORD, chunk]
        between = (word << ONE | word_before) & (word >> ONE | masks[WORD, chunk + ONE] << U64(63))
        inside = word | masks[APOSTROPHE, chunk] & between
        goes_on = inside & (inside << ONE | inside_before) | masks[MARK, chunk] | masks[OTHER, chunk]
        masks[BEGINS, chunk] = ~goes_on
        word_before, inside_before = word >> U64(63), inside >> U64(63)


@compiled()
def join_fractions(out: Bytes, base: int, kinds: Bytes, masks: Masks, chunks: int) -> None:
    """Make one token of digits that are a whole token, a slash and digits; what follows is another one."""
    for chunk in range(chunks):
        slashes = masks[SLASH, U64(chunk)]
        while slashes:
            slash = U64(LANES * chunk) + lowest(slashes)
            slashes &= slashes - ONE
            first = slash
            while first > U64(0) and kinds[out[base + first - ONE]] == DIGIT:
                first -= ONE
            stop = slash + ONE
            while kinds[out[base + stop]] == DIGIT:
                stop += ONE
            if first < slash and is_set(masks, BEGINS, first) and stop > slash + ONE:
                for place in range(slash, slash + U64(2)):
                    masks[BEGINS, U64(place) >> U64(6)] &= ~(ONE << (U64(place) & U64(63)))
                set_bit(masks, BEGINS, stop, ONE ^ is_set(masks, OTHER, stop))
                follows = is_set(masks, APOSTROPHE, stop)
                set_bit(masks, BEGINS, stop + ONE, follows & ~is_set(masks, OTHER, stop + ONE))


@compiled()
def list_bits(words: Bits, count: int, at_once: int, listed: Codes) -> int:
    """Write the places of the bits that are set in the first `count` words, ascending; returns how many.

    So many are written at once, needed or not, that most words have no more: the loop's end is then guessed right.
    """
    found = U64(0)
    for word in range(count):
        left = words[U64(word)]
        to, found = found, found + ones(left)
        while to < found:
            for i in range(U64(at_once)):
                listed[to + i] = U64(64 * word) + lowest(left)
                left &= left - ONE
            to += U64(at_once)
    return found


@compiled()
def find_stops(masks: Masks, chunks: int) -> None:
    """Fill the row of stops."""
    for chunk in range(chunks):
        masks[STOPS, U64(chunk)] = masks[BEGINS, U64(chunk)] | masks[OTHER, U64(chunk)]


@compiled()
def copy_long(out: Bytes, base: int, stops: Bits, at: int, to: int) -> int:
    """Copy a token of any length; returns that."""
    length = ONE
    while not bits_from(stops, at + length) & ONE:
        move(out, base + at + length, out, to + length)
        length += min(U64(MOVED), lowest(bits_from(stops, at + length)))
    return length


@compiled()
def copy_tokens(out: Bytes, base: int, stops: Bits, count: int, starts: Codes) -> None:
    """Copy the tokens to the front of `out`, a space before and after each; `starts` become their places there."""
    out[0] = SPACE
    to = ONE
    for token in range(count):
        at = U64(starts[U64(token)])
        starts[U64(token)] = to
        move(out, base + at, out, to)
        length = ONE + lowest(bits_from(stops, at + ONE))
        if length > U64(MOVED):
            length = copy_long(out, base, stops, at, to)
        to += length
        out[to] = SPACE
        to += ONE
    starts[count : count + U64(WIDTH)] = to


@compiled()
def tokenise(data: Bytes, text: tuple[int, int], rule: Rule, masks: Masks, out: Bytes, starts: Codes) -> int:
    """Write the tokens of `data[text[0]:text[1]]` to `out`, a space before each; returns how many.

    `starts[i]` becomes the place in `out` where token i starts; it ends one before `starts[i + 1]`. For a text of n
    bytes, `out` has 2 n + PADDING bytes, `starts` n + PADDING places, and `masks` the shape (ROWS, n // LANES + 3).
    """
    runs, kinds, folds = rule
    base = text[1] - text[0] + U64(AHEAD)
    end = fold_wide(data, text[0], text[1], folds, out, base)
    for i in range(U64(LANES)):
        out[end + i] = SPACE
    fold_ascii(out, base, end, runs)
    chunks = (end - base) // U64(LANES) + ONE
    # The other rows are filled before they are read, but for what stands behind the space at `end`: anything.
    for kind in range(BEGINS):
        for chunk in range(chunks + ONE):
            masks[U64(kind), U64(chunk)] = U64(0)
    tell_ascii(out, base, runs, masks, chunks)
    tell_wide(out, base, end, kinds, masks)
    find_begins(masks, chunks)
    join_fractions(out, base, kinds, masks, chunks)
    find_stops(masks, chunks)
    count = list_bits(masks[BEGINS], chunks, LISTED, starts)
    copy_tokens(out, base, masks[STOPS], count, starts)
    return count
