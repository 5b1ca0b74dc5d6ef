// Asks https://HOST:PORT/ with a client certificate from PKCS#12 and prints the answer: the strictness of Java's PKIX.
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

class Client {
  public static void main(String[] args) throws Exception {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    int count = 0;
    try (FileInputStream file = new FileInputStream(args[2])) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file))
        roots.setCertificateEntry("ca" + count++, each);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    KeyStore own = KeyStore.getInstance("PKCS12");
    char[] passphrase = args[4].toCharArray();
    try (FileInputStream file = new FileInputStream(args[3])) {
      own.load(file, passphrase);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, passphrase);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    HttpClient client = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + args[0] + ":" + args[1] + "/")).build();
    System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
