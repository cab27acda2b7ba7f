package io.github.dsqljava.pool;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that use one rate at once see what they would see one after the other. */
@Timeout(300) // a busy machine makes it slow
class ConnectRateLincheckTest {

  /** A rate of one in a second, two at once. */
  public static final class Rate {
    private final ConnectRate rate = ConnectRate.of(1, 2);

    @Operation
    public long reserve(@Param(gen = IntGen.class, conf = "0:2") int second) {
      return rate.reserve(second * 1_000_000_000L);
    }

    @Operation
    public void giveBack() {
      rate.giveBack();
    }
  }

  @Test
  void use_severalThreads_asIfOneAfterTheOther() {
    new ModelCheckingOptions()
        .threads(3)
        .actorsPerThread(3)
        .iterations(10)
        .invocationsPerIteration(200)
        .check(Rate.class);
  }
}
