package dev.nightjar.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host: at least one. Any thread; waits some seconds at most. */
public interface Resolver {
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
