"""The tables as peewee sees them; bound to no database, since several can be open at once."""

from __future__ import annotations

from peewee import AutoField, IntegerField, Model, TextField


class ChatRow(Model):
    """One chat."""

    id = AutoField()
    title = TextField()
    created_at = TextField()
    updated_at = TextField()
    folder_id = IntegerField(null=True)
    pinned = IntegerField()
    deleted_at = TextField(null=True)
    system_prompt = TextField()
    account = TextField(null=True)
    model = TextField(null=True)
    active_message_id = IntegerField(null=True)
    is_renamed = IntegerField()
    archived_at = TextField(null=True)
    import_id = IntegerField(null=True)
    origin = TextField(null=True)
    params = TextField(null=True)
    preset_id = IntegerField(null=True)

    class Meta:  # noqa: D106 - peewee's way to name the table
        table_name = "chat"


class MessageRow(Model):
    """One message; the columns that can be long come last, so that reading others is quick."""

    id = AutoField()
    chat_id = IntegerField()
    parent_id = IntegerField(null=True)
    depth = IntegerField(null=True)
    sender = TextField()
    status = TextField()
    created_at = TextField()
    model = TextField(null=True)
    finish_reason = TextField(null=True)
    prompt_tokens = IntegerField(null=True)
    completion_tokens = IntegerField(null=True)
    time_to_first_token_ms = IntegerField(null=True)
    duration_ms = IntegerField(null=True)
    reasoning_ms = IntegerField(null=True)
    params = TextField(null=True)
    error = TextField(null=True)
    error_code = TextField(null=True)
    error_fields = TextField(null=True)
    content = TextField()
    reasoning = TextField()

    class Meta:  # noqa: D106 - peewee's way to name the table
        table_name = "message"
