import java.net.ServerSocket;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlProducer;
import org.apache.arrow.flight.sql.example.FlightSqlExample;
import org.apache.arrow.flight.sql.example.FlightSqlStatelessExample;
import org.apache.arrow.memory.RootAllocator;

/** Arrow Java's example Flight SQL server, Derby behind it, on a free port of loopback; `stateless` keeps no parameters. */
class ExampleServer {
  public static void main(String[] args) throws Exception {
    int port;
    try (ServerSocket probe = new ServerSocket(0)) {
      port = probe.getLocalPort();
    }
    // Its results name this location, so that clients come back by another name than they came.
    Location named = Location.forGrpcInsecure("localhost", port);
    FlightSqlProducer producer = args[0].equals("stateless")
        ? new FlightSqlStatelessExample(named, "derbyStateless")
        : new FlightSqlExample(named, "derby");
    Location here = Location.forGrpcInsecure("127.0.0.1", port);
    FlightServer server = FlightServer.builder(new RootAllocator(), here, producer).build();
    server.start();
    System.out.println("listening on 127.0.0.1:" + port);
    server.awaitTermination();
  }
}
