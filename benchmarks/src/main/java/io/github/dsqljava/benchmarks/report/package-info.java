/** From measurements to a table and plots. */
@NullMarked
package io.github.dsqljava.benchmarks.report;

import org.jspecify.annotations.NullMarked;
