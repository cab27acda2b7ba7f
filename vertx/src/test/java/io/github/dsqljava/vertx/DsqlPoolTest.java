package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the interface promises to whoever compiles against it. */
class DsqlPoolTest {

  /** Functions that give null are usual: {@code .mapEmpty()}. */
  @Test
  void resultTypes_mayBeNullable() {
    List<Method> generic =
        Arrays.stream(DsqlPool.class.getDeclaredMethods())
            .filter(method -> method.getTypeParameters().length > 0)
            .toList();
    assertThat(generic).extracting(Method::getName).contains("inTransaction");
    assertThat(generic)
        .allSatisfy(
            method ->
                assertThat(method.getTypeParameters()[0].getAnnotatedBounds()[0].getAnnotations())
                    .hasAtLeastOneElementOfType(Nullable.class));
  }
}
