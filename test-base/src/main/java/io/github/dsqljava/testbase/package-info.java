/** What the tests of every module share. */
@NullMarked
package io.github.dsqljava.testbase;

import org.jspecify.annotations.NullMarked;
