package dev.nightjar.store.sql;

import java.sql.SQLException;

/** A database's transactions. Any thread may ask for one, and has its result when it is durable. */
public interface Transactions extends AutoCloseable {
  /** What a transaction does. */
  interface Work<T> {
    T run(Sql sql) throws SQLException;
  }

  <T> T inWrite(Work<T> work);

  /** For what an index finds at once. */
  <T> T inRead(Work<T> work);

  /** For what walks through rows, perhaps many: it waits for others of its kind only. */
  <T> T inScan(Work<T> work);

  @Override
  void close();
}
