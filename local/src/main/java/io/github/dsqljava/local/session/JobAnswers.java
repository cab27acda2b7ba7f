package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.AsyncForm;
import io.github.dsqljava.local.dialect.ClassifiedStatement;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Turns what PostgreSQL answers to statements that ask for jobs into what the service answers: one
 * row with the text column {@code job_id}. PostgreSQL's own answer has no row; the id comes in a
 * notice of {@code jobs.sql}. For one run of one group.
 */
final class JobAnswers {
  /** SQLSTATE of the notice, which no other one has. */
  private static final String NOTICE = "DSJOB";

  private static final byte NOTICE_RESPONSE = 'N';
  private static final byte ROW_DESCRIPTION = 'T';
  private static final byte NO_DATA = 'n';
  private static final byte DATA_ROW = 'D';

  private static final String COLUMN = "job_id";
  private static final int TEXT_OID = 25;
  private static final int NO_MODIFIER = -1;

  private final ByteBufAllocator allocator;
  private final boolean simple;

  /** Whether each Describe that is still to be answered is for a statement that asks for a job. */
  private final Deque<Boolean> described = new ArrayDeque<>();

  private String jobId = "";

  JobAnswers(ClientGroup group, ByteBufAllocator allocator) {
    this.allocator = allocator;
    this.simple = group.isSimpleQuery();
    for (int i = 0; i < group.messages.size(); i++) {
      ByteBuf message = group.messages.get(i);
      if (message.getByte(message.readerIndex()) == Frontend.DESCRIBE) {
        described.add(group.jobsDescribed.contains(i));
      }
    }
  }

  static boolean isAskedFor(ClassifiedStatement statement) {
    return statement.async() != AsyncForm.NONE && statement.refusal().isEmpty();
  }

  /** The job that the client has been told of; empty if there is none. */
  String jobId() {
    return jobId;
  }

  /**
   * Takes a message of PostgreSQL's if something else has to stand in its place.
   *
   * @return whether it was taken
   */
  boolean replaces(byte type, ByteBuf message, Consumer<ByteBuf> toClient) {
    if (type == NOTICE_RESPONSE) {
      return tellJob(message, toClient);
    }
    if ((type == NO_DATA || type == ROW_DESCRIPTION) && !simple) {
      boolean ours = Boolean.TRUE.equals(described.poll());
      if (ours && type == NO_DATA) {
        message.release();
        toClient.accept(rowDescription());
        return true;
      }
    }
    return false;
  }

  private boolean tellJob(ByteBuf message, Consumer<ByteBuf> toClient) {
    ErrorMessage notice = ErrorMessage.decode(message);
    if (!notice.sqlState().equals(NOTICE)) {
      return false;
    }
    message.release();
    jobId = notice.field('M');
    if (simple) {
      toClient.accept(rowDescription());
    }
    if (!jobId.isEmpty()) {
      toClient.accept(row(jobId));
    }
    return true;
  }

  private ByteBuf rowDescription() {
    ByteBuf out = allocator.buffer();
    out.writeByte(ROW_DESCRIPTION).writeInt(0).writeShort(1);
    out.writeCharSequence(COLUMN, StandardCharsets.US_ASCII);
    out.writeByte(0);
    out.writeInt(0).writeShort(0); // of no table
    out.writeInt(TEXT_OID).writeShort(-1).writeInt(NO_MODIFIER);
    out.writeShort(0); // its text and binary formats are the same
    return out.setInt(1, out.writerIndex() - 1);
  }

  private ByteBuf row(String value) {
    ByteBuf out = allocator.buffer();
    out.writeByte(DATA_ROW).writeInt(0).writeShort(1).writeInt(value.length());
    out.writeCharSequence(value, StandardCharsets.US_ASCII);
    return out.setInt(1, out.writerIndex() - 1);
  }
}
