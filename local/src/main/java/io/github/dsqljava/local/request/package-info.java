/**
 * What a client asks for: its messages, put together to groups that PostgreSQL answers with one
 * ReadyForQuery each, with the statements that each group runs. The only place that knows prepared
 * statements and portals by their names.
 */
@NullMarked
package io.github.dsqljava.local.request;

import org.jspecify.annotations.NullMarked;
