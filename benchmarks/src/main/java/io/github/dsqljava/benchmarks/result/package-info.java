/** What was measured, as it goes from those who measure to those who report. */
@NullMarked
package io.github.dsqljava.benchmarks.result;

import org.jspecify.annotations.NullMarked;
