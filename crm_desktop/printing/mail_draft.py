"""A document as an e-mail that is not sent yet: a file that the mail program of the PC opens as a draft."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP


def mail_draft(to: str, subject: str, text: str, name: str, pdf: bytes) -> bytes:
    """The draft as an .eml file with the PDF attached under `name`."""
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"  # what makes Outlook and others open it to be written on
    if to:
        message["To"] = "".join(letter for letter in to if letter.isprintable())
    message["Subject"] = " ".join(subject.split())
    message.set_content(text)
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()
