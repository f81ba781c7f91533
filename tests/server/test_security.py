"""Tokens and one-time codes."""

from server.security import CODE_LENGTH, hash_code, hash_token, matches, new_code, new_token


def test_a_token_is_random_behind_a_readable_prefix() -> None:
    """The prefix says what it is for; 32 random bytes follow."""
    tokens = {new_token("kkv") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("kkv_") and len(token) == len("kkv_") + 43 for token in tokens)


def test_a_code_can_be_typed() -> None:
    """Four groups of four, without letters that look like digits."""
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert len(code.replace("-", "")) == CODE_LENGTH
    assert not set(code) & {"I", "O"}


def test_hashes_tell_secrets_apart() -> None:
    """Only the same secret matches; a code's hyphens do not matter."""
    assert matches(hash_token("a"), hash_token("a"))
    assert not matches(hash_token("a"), hash_token("b"))
    assert hash_code("AB-CD") == hash_code("ABCD")
    assert len(hash_token("\udc80")) == 32
