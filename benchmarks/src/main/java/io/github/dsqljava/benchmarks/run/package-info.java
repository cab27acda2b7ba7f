/** The order of a run, and the processes it is made of. */
@NullMarked
package io.github.dsqljava.benchmarks.run;

import org.jspecify.annotations.NullMarked;
