package jakarta.validation;

/** Stands for the type of that name, whose API is not on the class path of these tests. */
public class ValidationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ValidationException(String message) {
    super(message);
  }
}
