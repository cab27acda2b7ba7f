package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.Answer;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The answer to statements that the client did not send, and does not see. */
final class OwnExchange implements Exchange {
  private final Consumer<Answer> then;
  private final ClientPort client;
  private List<String> row = List.of();
  private @Nullable ErrorMessage error;

  OwnExchange(Consumer<Answer> then, ClientPort client) {
    this.then = then;
    this.client = client;
  }

  @Override
  public boolean wants(byte type) {
    return true;
  }

  @Override
  public void message(byte type, ByteBuf message) {
    switch (type) {
      case BackendType.PARAMETER_STATUS, BackendType.NOTIFICATION_RESPONSE -> {
        client.send(message); // a setting that changed
        return;
      }
      case BackendType.ERROR_RESPONSE -> {
        ErrorMessage decoded = ErrorMessage.decode(message);
        if (decoded.isFatal()) {
          client.fatal(decoded);
        } else {
          error = decoded;
        }
      }
      case BackendType.DATA_ROW -> row = DataRow.decode(message).columns();
      default -> {}
    }
    message.release();
  }

  @Override
  public void bytes(ByteBuf run) {
    run.release();
  }

  @Override
  public void ready(TransactionStatus status) {
    then.accept(new Answer(row, error, status));
  }

  @Override
  public void abandon() {}
}
