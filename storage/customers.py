"""Customers and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from router.errors import NotFound
from router.model import Address, AddressId, ContactId, CustomerId, Medium
from router.records import Customer, KnownAddress
from storage.tables import Addresses, Cases, Contacts, Customers, Dialogues

_A: Any = Addresses.__table__  # type: ignore[attr-defined]
_C: Any = Customers.__table__  # type: ignore[attr-defined]
_K: Any = Contacts.__table__  # type: ignore[attr-defined]
_CASES: Any = Cases.__table__  # type: ignore[attr-defined]
_TALKS: Any = Dialogues.__table__  # type: ignore[attr-defined]
_KNOWN = select(_A).where(_A.c.medium == bindparam("medium"), _A.c.value == bindparam("value"))
_NEW_CUSTOMER = insert(_C).returning(_C.c.id)
_NEW_ADDRESS = insert(_A).returning(*_A.c)
_OF_CONTACT = select(_A).join(_K, _K.c.address_id == _A.c.id).where(_K.c.id == bindparam("contact"))
_CUSTOMER = select(_C).where(_C.c.id == bindparam("customer"))


def _known(row: Any) -> KnownAddress:
    return KnownAddress(id=AddressId(row.id), medium=Medium(row.medium), value=row.value, name=row.name,
                        customer=CustomerId(row.customer_id), opted_out_at=row.opted_out_at,
                        verified_at=row.verified_at, suppressed=row.suppressed)


def _customer(row: Any) -> Customer:
    return Customer(id=CustomerId(row.id), name=row.name, segment=row.segment, language=row.language, note=row.note,
                    created_at=row.created_at, data=row.data)


class People:
    """See `router.ports.People`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._db, self._now = connection, now

    def known(self, address: Address, language: str) -> KnownAddress:
        """The address, with its customer; both are made when new."""
        row = self._db.execute(_KNOWN, {"medium": address.medium.value, "value": address.value}).first()
        if row is not None:
            if address.name and not row.name:
                self._db.execute(update(_A).where(_A.c.id == row.id).values(name=address.name))
                self._db.execute(
                    update(_C).where(_C.c.id == row.customer_id, _C.c.name == "").values(name=address.name)
                )
            return _known(row)
        customer = self._db.execute(_NEW_CUSTOMER, {
            "name": address.name, "segment": "ordinary", "language": language, "note": "", "created_at": self._now,
            "data": {}}).scalar_one()
        row = self._db.execute(_NEW_ADDRESS, {
            "medium": address.medium.value, "value": address.value, "name": address.name, "customer_id": customer,
            "opted_out_at": None, "verified_at": None, "suppressed": "",
            "created_at": self._now}).one()
        return _known(row)

    def find(self, medium: Medium, value: str) -> KnownAddress | None:
        """The address, when we know it."""
        row = self._db.execute(_KNOWN, {"medium": medium.value, "value": value}).first()
        return None if row is None else _known(row)

    def suppress(self, address: KnownAddress, why: str) -> None:
        """No more messages to it, and why; "" lifts that."""
        self._db.execute(update(_A).where(_A.c.id == address.id).values(suppressed=why))

    def vouch(self, owner: CustomerId, address: Address) -> tuple[KnownAddress, bool]:
        """The address as proved to be this customer's, and whether that is new. It keeps the file it stood in."""
        row = self._db.execute(_KNOWN, {"medium": address.medium.value, "value": address.value}).first()
        if row is None:
            row = self._db.execute(_NEW_ADDRESS, {
                "medium": address.medium.value, "value": address.value, "name": address.name, "customer_id": owner,
                "opted_out_at": None, "verified_at": self._now, "suppressed": "", "created_at": self._now}).one()
        elif row.verified_at is None:
            row = self._db.execute(update(_A).where(_A.c.id == row.id).values(verified_at=self._now)
                                   .returning(*_A.c)).one()
        else:
            return _known(row), False
        return _known(row), True

    def given(self, owner: CustomerId, address: Address) -> KnownAddress:
        """The address; when nobody has it, as this customer's, and not proved to be."""
        row = self._db.execute(_KNOWN, {"medium": address.medium.value, "value": address.value}).first()
        return _known(row if row is not None else self._db.execute(_NEW_ADDRESS, {
            "medium": address.medium.value, "value": address.value, "name": address.name, "customer_id": owner,
            "opted_out_at": None, "verified_at": None, "suppressed": "", "created_at": self._now}).one())

    def join(self, gone: CustomerId, into: CustomerId) -> None:
        """Two files are one person: all of the one moves to the other; the empty file says where."""
        self._db.execute(update(_A).where(_A.c.customer_id == gone).values(customer_id=into))
        self._db.execute(update(_K).where(_K.c.customer_id == gone).values(
            customer_id=into, version=_K.c.version + 1))
        for table in (_CASES, _TALKS):
            self._db.execute(update(table).where(table.c.customer_id == gone).values(customer_id=into))
        self.change(gone, data={**self.customer(gone).data, "joined": into})

    def address(self, contact: ContactId) -> KnownAddress:
        """Where a contact's citizen is reached."""
        row = self._db.execute(_OF_CONTACT, {"contact": contact}).first()
        if row is None:
            raise NotFound(f"there is no contact {contact}")
        return _known(row)

    def addresses(self, customers: Sequence[int]) -> dict[int, KnownAddress]:
        """Addresses by id."""
        rows = self._db.execute(select(_A).where(_A.c.id.in_(list(customers))))
        return {row.id: _known(row) for row in rows}

    def of_customer(self, customer: CustomerId) -> list[KnownAddress]:
        """Every address of one customer."""
        return [
            _known(row) for row in self._db.execute(select(_A).where(_A.c.customer_id == customer).order_by(_A.c.id))
        ]

    def customer(self, customer: CustomerId) -> Customer:
        """One customer file."""
        row = self._db.execute(_CUSTOMER, {"customer": customer}).first()
        if row is None:
            raise NotFound(f"there is no customer {customer}")
        return _customer(row)

    def customers(self, ids: Sequence[int]) -> dict[int, Customer]:
        """Customer files by id."""
        return {row.id: _customer(row) for row in self._db.execute(select(_C).where(_C.c.id.in_(list(ids))))}

    def change(self, customer: CustomerId, **fields: Any) -> Customer:
        """Write fields of a customer file."""
        self._db.execute(update(_C).where(_C.c.id == customer).values(**fields))
        return self.customer(customer)

    def opt_out(self, address: KnownAddress, at: datetime | None) -> None:
        """Remember that this address takes no messages any more (None: does again)."""
        self._db.execute(update(_A).where(_A.c.id == address.id).values(opted_out_at=at))
