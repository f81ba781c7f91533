"""Kaikukanta, the register: cards, uses, offerings and kiosks. It knows no person.

No table here has a name, an identity code, a phone number, an e-mail or an address (OM-27, OM-48).
"""
