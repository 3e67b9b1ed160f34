/** What the server does with requests that nobody should send. */
@NullMarked
package dev.nightjar.http.hostile;

import org.jspecify.annotations.NullMarked;
