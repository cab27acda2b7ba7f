/** A row that everybody wants, in virtual time: what each way of trying again makes of it. */
@NullMarked
package io.github.dsqljava.benchmarks.hotrow;

import org.jspecify.annotations.NullMarked;
