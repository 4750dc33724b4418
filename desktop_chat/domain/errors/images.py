"""Images of messages that could not be loaded."""

from __future__ import annotations

from desktop_chat.domain.errors.base import ChatError


class ImageError(ChatError):
    """An image of a message could not be loaded. Fields: `host`, if it came from one."""

    code = "image_failed"
    sentence = "The image could not be loaded."


class ImageAddressError(ImageError):
    """Nothing is loaded from such an address."""

    code = "image_address"
    sentence = "Images are not loaded from such an address."


class ImageUnreachableError(ImageError):
    """The server does not answer, or the connection broke. Fields: `host`."""

    code = "image_unreachable"
    sentence = "{host} could not be reached."


class ImageMissingError(ImageError):
    """The server has no image there. Fields: `host`, `status`."""

    code = "image_missing"
    sentence = "{host} has no image at this address (HTTP {status})."


class ImageTypeError(ImageError):
    """What came is no image of a known kind. Fields: `host`."""

    code = "image_type"
    sentence = "{host} sent no picture that can be shown."


class ImageTooLargeError(ImageError):
    """The image is over the limit. Fields: `limit_mb`."""

    code = "image_too_large"
    sentence = "The image is larger than {limit_mb} MB."


class ImageTooSlowError(ImageError):
    """The image did not come in time. Fields: `host`, `limit_s`."""

    code = "image_too_slow"
    sentence = "{host} did not send the image within {limit_s} seconds."


class ImageRedirectError(ImageError):
    """The server leads to where we do not follow. Fields: `host`."""

    code = "image_redirect"
    sentence = "{host} leads to another address that is not followed."
