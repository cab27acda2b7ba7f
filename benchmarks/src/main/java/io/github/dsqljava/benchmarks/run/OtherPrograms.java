package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.result.MachineUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Watches the processor time of other programs. It is the time that Linux counts for the whole
 * machine, less the time of this process and its descendants, also those that have ended.
 */
final class OtherPrograms implements AutoCloseable {
  private static final Path MACHINE = Path.of("/proc/stat");
  private static final Duration BEFORE = Duration.ofSeconds(5);
  private static final Duration PERIOD = Duration.ofSeconds(30);

  /**
   * Processor time since the machine was started, in ticks.
   *
   * @param all the time of all processors, idle time included
   * @param others the time that was not idle and not taken by this run
   */
  record Ticks(long all, long others) {
    double shareSince(Ticks earlier) {
      return all == earlier.all
          ? 0
          : Math.max(0, (double) (others - earlier.others) / (all - earlier.all));
    }
  }

  private final Supplier<Ticks> clock;
  private final double before;
  private final Ticks start;
  private final Thread thread;
  private Ticks last;
  private double most;

  OtherPrograms(Supplier<Ticks> clock, double before) {
    this.clock = clock;
    this.before = before;
    this.start = clock.get();
    this.last = start;
    this.thread = new Thread(this::sample, "other-programs");
  }

  /** Measures for some seconds, then goes on in the background. */
  static OtherPrograms watch() throws InterruptedException {
    Ticks first = ticks();
    Thread.sleep(BEFORE.toMillis());
    OtherPrograms watching = new OtherPrograms(OtherPrograms::ticks, ticks().shareSince(first));
    watching.thread.setDaemon(true);
    watching.thread.start();
    return watching;
  }

  private void sample() {
    try {
      while (true) {
        Thread.sleep(PERIOD.toMillis());
        look();
      }
    } catch (InterruptedException e) {
      // The run is over.
    }
  }

  synchronized void look() {
    Ticks now = clock.get();
    most = Math.max(most, now.shareSince(last));
    last = now;
  }

  /** The share in the seconds before the run. */
  double before() {
    return before;
  }

  /** The shares up to now. */
  synchronized MachineUse use() {
    if (start.all() == 0) {
      return MachineUse.UNKNOWN;
    }
    look();
    return new MachineUse(before, last.shareSince(start), most);
  }

  private static Ticks ticks() {
    if (!Files.isReadable(MACHINE)) {
      return new Ticks(0, 0);
    }
    try (Stream<ProcessHandle> family = ProcessHandle.current().descendants()) {
      // user nice system idle iowait irq softirq steal; the guests' are in user already
      List<Long> machine = numbers(Files.readAllLines(MACHINE).get(0), 1, 8);
      long all = machine.stream().mapToLong(Long::longValue).sum();
      long idle = machine.get(3) + machine.get(4);
      long own =
          Stream.concat(Stream.of(ProcessHandle.current()), family)
              .mapToLong(process -> ticksOf(process.pid()))
              .sum();
      return new Ticks(all, all - idle - own);
    } catch (IOException e) {
      return new Ticks(0, 0);
    }
  }

  /** The ticks of a process and of its children that have ended; 0 if the process is gone. */
  private static long ticksOf(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name may contain any character. After it, the state is field 1 and utime is field 12.
      return numbers(line.substring(line.lastIndexOf(')') + 2), 11, 4).stream()
          .mapToLong(Long::longValue)
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  private static List<Long> numbers(String line, int skipped, int count) {
    return Stream.of(line.strip().split(" +"))
        .skip(skipped)
        .limit(count)
        .map(Long::parseLong)
        .toList();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
