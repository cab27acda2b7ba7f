/**
 * PostgreSQL's wire protocol: the messages by name, the splitter of a stream into messages, and the
 * translation of PostgreSQL's errors into the service's.
 *
 * <p>Text of messages has one character for each byte, whatever the client's encoding is, so that
 * every byte survives the way through here. Source: PostgreSQL 16, "Message Formats".
 */
@NullMarked
package io.github.dsqljava.local.protocol;

import org.jspecify.annotations.NullMarked;
