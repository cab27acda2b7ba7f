/** Code that the tests of the adapters share; not published. */
@NullMarked
package io.github.dsqljava.testsupport;

import org.jspecify.annotations.NullMarked;
