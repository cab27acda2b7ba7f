package io.github.dsqljava.local.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorMessageTest {
  @Test
  void encode_fatalWithHint_isReadBackTheSame() {
    ErrorMessage error = ErrorMessage.fatal("08006", "no", Optional.of("because"));
    ByteBuf bytes = error.encode(UnpooledByteBufAllocator.DEFAULT);
    assertThat(bytes.getInt(1)).isEqualTo(bytes.readableBytes() - 1);
    ErrorMessage read = ErrorMessage.decode(bytes);
    assertThat(read).isEqualTo(error);
    assertThat(read.fields().keySet()).containsExactly('S', 'V', 'C', 'M', 'H');
    assertThat(read.isFatal()).isTrue();
    bytes.release();
  }

  @Test
  void encode_afterOtherBytes_countsItsOwnLengthOnly() {
    ByteBuf bytes = ErrorMessage.fatal("08006", "no").encode(UnpooledByteBufAllocator.DEFAULT);
    ByteBuf shifted = Unpooled.buffer().writeZero(7).writeBytes(bytes.duplicate()).skipBytes(7);
    assertThat(ErrorMessage.decode(shifted).field('M')).isEqualTo("no");
    bytes.release();
  }

  @Test
  void without_field_keepsTheOthers() {
    ErrorMessage error = ErrorMessage.fatal("08006", "no", Optional.of("because"));
    assertThat(error.without('H')).isEqualTo(ErrorMessage.fatal("08006", "no"));
  }

  @Test
  void decode_cutOffMessage_givesWhatIsThere() {
    ByteBuf bytes = ErrorMessage.fatal("08006", "no").encode(UnpooledByteBufAllocator.DEFAULT);
    for (int length = 5; length < bytes.readableBytes(); length++) {
      assertThat(ErrorMessage.decode(bytes.slice(0, length)).fields()).hasSizeLessThan(5);
    }
    bytes.release();
  }

  @Test
  void decode_bytesOfAnyEncoding_survive() {
    byte[] body = {'E', 0, 0, 0, 9, 'M', (byte) 0xfc, (byte) 0xff, 0, 0};
    ByteBuf again =
        ErrorMessage.decode(Unpooled.wrappedBuffer(body)).encode(UnpooledByteBufAllocator.DEFAULT);
    assertThat(again).isEqualTo(Unpooled.wrappedBuffer(body));
    again.release();
  }
}
