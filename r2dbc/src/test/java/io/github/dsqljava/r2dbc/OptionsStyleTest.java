package io.github.dsqljava.r2dbc;

import io.github.dsqljava.testsupport.OptionsStyleTests;
import java.util.List;
import java.util.Map;

/** The options types of this module. */
class OptionsStyleTest extends OptionsStyleTests {
  OptionsStyleTest() {
    super(Map.of(), List.of(), List.of(R2dbcSettings.class));
  }
}
