/** What both HTTP servers share: guarding against slow clients. */
@NullMarked
package dev.nightjar.net;

import org.jspecify.annotations.NullMarked;
