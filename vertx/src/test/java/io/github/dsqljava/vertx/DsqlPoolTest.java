package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the interface promises to whoever compiles against it. */
class DsqlPoolTest {

  /** Functions that give null are usual: {@code .mapEmpty()}. */
  @Test
  void inTransaction_resultTypeMayBeNullable() {
    List<Method> methods = declared("inTransaction");
    assertThat(methods).hasSize(2);
    for (Method method : methods) {
      AnnotatedType bound = method.getTypeParameters()[0].getAnnotatedBounds()[0];
      assertThat(bound.isAnnotationPresent(Nullable.class)).as("%s", method).isTrue();
    }
  }

  /** As Vert.x says with an annotation of its own. */
  @Test
  void withTransaction_resultMayBeNull() {
    List<Method> methods = declared("withTransaction");
    assertThat(methods).hasSize(2);
    for (Method method : methods) {
      var future = (AnnotatedParameterizedType) method.getAnnotatedReturnType();
      AnnotatedType result = future.getAnnotatedActualTypeArguments()[0];
      assertThat(result.isAnnotationPresent(Nullable.class)).as("%s", method).isTrue();
    }
  }

  private static List<Method> declared(String name) {
    return Arrays.stream(DsqlPool.class.getDeclaredMethods())
        .filter(method -> method.getName().equals(name))
        .toList();
  }
}
