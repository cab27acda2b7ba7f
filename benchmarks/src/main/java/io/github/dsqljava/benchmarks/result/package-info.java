/** The results that pass from the measuring code to the reports. */
@NullMarked
package io.github.dsqljava.benchmarks.result;

import org.jspecify.annotations.NullMarked;
