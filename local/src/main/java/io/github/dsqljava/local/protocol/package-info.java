/**
 * PostgreSQL's wire protocol: the messages by their names, what cuts a stream into messages, and
 * the words in which the service says what PostgreSQL says in others.
 *
 * <p>Text of messages has one character for each byte, whatever the client's encoding is, so that
 * every byte survives the way through here. Source: PostgreSQL 16, "Message Formats".
 */
@NullMarked
package io.github.dsqljava.local.protocol;

import org.jspecify.annotations.NullMarked;
