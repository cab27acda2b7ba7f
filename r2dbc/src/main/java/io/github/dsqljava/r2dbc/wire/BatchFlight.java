package io.github.dsqljava.r2dbc.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.r2dbc.postgresql.client.Binding;
import io.r2dbc.postgresql.client.EncodedParameter;
import io.r2dbc.postgresql.codec.DefaultCodecs;
import io.r2dbc.postgresql.message.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * Executes one statement for many rows in one flight: Parse once, Bind and Execute for each row,
 * and one Sync. The driver itself would wait for each row's answer before it sends the next one.
 *
 * <p>Values are encoded by the driver's own codecs.
 */
public final class BatchFlight {
  private static final EncodedParameter NULL =
      new EncodedParameter(Format.FORMAT_TEXT, 0, EncodedParameter.NULL_VALUE);

  private final ByteBuf out;

  private BatchFlight(ByteBuf out) {
    this.out = out;
  }

  /**
   * Encodes the messages.
   *
   * @param sql with {@code $1} to {@code $n}
   * @param rows the values, null among them
   * @return the messages, which the caller releases
   * @throws IllegalArgumentException if a value has no codec, or its encoding would have to wait
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator,
      String sql,
      List<? extends List<? extends @Nullable Object>> rows) {
    DefaultCodecs codecs = new DefaultCodecs(allocator);
    List<Binding> bindings = new ArrayList<>(rows.size());
    for (List<? extends @Nullable Object> row : rows) {
      bindings.add(bind(codecs, row));
    }
    ByteBuf out = allocator.buffer();
    try {
      new BatchFlight(out).write(sql, bindings);
      return out;
    } catch (RuntimeException | Error e) {
      out.release();
      throw e;
    }
  }

  private static Binding bind(DefaultCodecs codecs, List<? extends @Nullable Object> row) {
    Binding binding = new Binding(row.size());
    for (int i = 0; i < row.size(); i++) {
      Object value = row.get(i);
      binding.add(i, value == null ? NULL : codecs.encode(value));
    }
    return binding;
  }

  private void write(String sql, List<Binding> bindings) {
    int[] types = firstTypes(bindings);
    writeParse(sql, types);
    for (Binding binding : bindings) {
      int[] own = binding.getParameterTypes();
      if (!fits(own, types)) {
        types = merged(own, types);
        writeParse(sql, types); // replaces the previous statement
      }
      writeBind(binding);
      writeExecute();
    }
    out.writeByte('S').writeInt(4);
  }

  /** The type of each column's first value that is not null; 0 lets the server infer the type. */
  private static int[] firstTypes(List<Binding> bindings) {
    int[] types = {};
    for (Binding binding : bindings) {
      int[] own = binding.getParameterTypes();
      types = types.length == own.length ? merged(types, own) : own.clone();
    }
    return types;
  }

  private static int[] merged(int[] first, int[] second) {
    int[] types = first.clone();
    for (int i = 0; i < types.length && i < second.length; i++) {
      types[i] = types[i] == 0 ? second[i] : types[i];
    }
    return types;
  }

  private static boolean fits(int[] own, int[] types) {
    if (own.length != types.length) {
      return false;
    }
    for (int i = 0; i < own.length; i++) {
      if (own[i] != 0 && own[i] != types[i]) {
        return false;
      }
    }
    return true;
  }

  private void writeParse(String sql, int[] types) {
    int start = begin('P');
    out.writeByte(0); // the unnamed statement
    out.writeCharSequence(sql, StandardCharsets.UTF_8);
    out.writeByte(0);
    out.writeShort(types.length);
    for (int type : types) {
      out.writeInt(type);
    }
    end(start);
  }

  private void writeBind(Binding binding) {
    int start = begin('B');
    out.writeByte(0).writeByte(0); // the unnamed portal and statement
    List<Format> formats = binding.getParameterFormats();
    out.writeShort(formats.size());
    formats.forEach(format -> out.writeShort(format.getDiscriminator()));
    List<Publisher<? extends ByteBuf>> values = binding.getParameterValues();
    out.writeShort(values.size());
    values.forEach(this::writeValue);
    out.writeShort(0); // all results as text; no code reads them
    end(start);
  }

  private void writeValue(Publisher<? extends ByteBuf> value) {
    if (value == EncodedParameter.NULL_VALUE) {
      out.writeInt(-1);
      return;
    }
    int length = out.writerIndex();
    out.writeInt(0);
    var written =
        Flux.from(value)
            .doOnNext(
                part -> {
                  out.writeBytes(part);
                  part.release();
                })
            .then()
            .toFuture();
    if (!written.isDone()) {
      written.cancel(/* mayInterruptIfRunning= */ false);
      throw new IllegalArgumentException(
          "A value of the batch, such as a Blob or a Clob, cannot be encoded at once; give its"
              + " bytes or its text");
    }
    var unused = written.join();
    out.setInt(length, out.writerIndex() - length - Integer.BYTES);
  }

  private void writeExecute() {
    int start = begin('E');
    out.writeByte(0);
    out.writeInt(0); // all rows
    end(start);
  }

  private int begin(char type) {
    out.writeByte(type);
    int start = out.writerIndex();
    out.writeInt(0);
    return start;
  }

  private void end(int start) {
    out.setInt(start, out.writerIndex() - start);
  }
}
