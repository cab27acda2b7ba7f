package io.github.dsqljava.local.frontend;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * PostgreSQL's side of a logged-in connection.
 *
 * @param processId the process, as its client knows it from BackendKeyData
 * @param channel the session
 */
record Backend(int processId, Channel channel) {
  /** The client channel's attribute that holds its backend. */
  static final AttributeKey<Backend> KEY = AttributeKey.valueOf(Backend.class, "backend");
}
