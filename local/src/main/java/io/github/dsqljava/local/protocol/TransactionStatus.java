package io.github.dsqljava.local.protocol;

/** The status of a session as ReadyForQuery tells it. */
public enum TransactionStatus {
  /** No transaction block. */
  IDLE('I'),
  /** In a transaction block. */
  OPEN('T'),
  /** In a failed transaction block, in which only its end is accepted. */
  FAILED('E');

  private final byte letter;

  TransactionStatus(char letter) {
    this.letter = (byte) letter;
  }

  /** Returns the letter in the message. */
  public byte letter() {
    return letter;
  }

  static TransactionStatus of(byte letter) {
    return switch (letter) {
      case 'T' -> OPEN;
      case 'E' -> FAILED;
      default -> IDLE;
    };
  }
}
