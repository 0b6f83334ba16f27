// Logging in to a broker: passwords, credentials and certificates, right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "queue_fleet.h"

namespace edgevlm {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class QueueAccessTest : public QueueTest {
 protected:
  // `edgevlm fleet status`, which logs in as workers and batches do.
  static Outcome LogIn(const std::string& url, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"fleet", "status", "--queue", url};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return RunEdgevlm(arguments);
  }

  static void ExpectIn(const std::string& url, const std::vector<std::string>& options = {}) {
    const Outcome outcome = LogIn(url, options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  }

  static void ExpectLine(const std::string& text, const std::string& url,
                         const std::vector<std::string>& options = {}) {
    const Outcome outcome = LogIn(url, options);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(text));
    EXPECT_THAT(outcome.errors, Not(HasSubstr("wrong-password")));
  }

  // Writes NAME.pem and NAME.key: an authority, or signed by one.
  void MakeCertificate(const std::string& name, const std::string& authority = "",
                       const std::string& host = "IP:127.0.0.1") const {
    std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" +
        name + " -keyout " + Pem(name, "key") + " -out " + Pem(name);
    if (!authority.empty()) {
      command += " -CA " + Pem(authority) + " -CAkey " + Pem(authority, "key") +
                 " -addext subjectAltName=" + host;
    }
    ASSERT_EQ(std::system((command + " 2> /dev/null").c_str()), 0) << command;
  }

  std::string Pem(const std::string& name, const std::string& ending = "pem") const {
    return folder_.Path(name + "." + ending);
  }

  std::string TlsConfig(const std::string& server, const std::string& more = "") const {
    return "jetstream {store_dir: \"STORE\"}\ntls {cert_file: \"" + Pem(server) +
           "\", key_file: \"" + Pem(server, "key") + "\"" + more + "}\n";
  }
};

TEST_F(QueueAccessTest, WrongBrokersAndPasswordsAreOneLine) {
  const Broker closed(
      "jetstream {store_dir: \"STORE\"}\nauthorization {user: me, password: secret}\n");
  const Broker plain("");
  ExpectIn(closed.url("me:secret@"));
  ExpectLine("the broker rejects these credentials", closed.url("me:wrong-password@"));
  ExpectLine("the broker rejects these credentials", closed.url());
  ExpectLine("expected a broker with JetStream", plain.url());
  ExpectLine("cannot be connected to", "nats://127.0.0.1:1");
  ExpectLine("expected nats:// or tls://, found http://", closed.url("", "http://"));
}

TEST_F(QueueAccessTest, CredentialsOfNatsLogIn) {
  const Broker broker("jetstream {store_dir: \"STORE\"}\n" +
                      ReadWholeFile(DataPath("nats-jwt.conf")));
  const std::string right = DataPath("nats-user.creds");
  ExpectIn(broker.url(), {"--queue-creds", right});
  ExpectLine("the broker rejects these credentials", broker.url());
  // Another account's signature.
  std::string text = ReadWholeFile(right);
  text.at(text.find("\n------END") - 1) ^= 1;
  const std::string wrong = folder_.Write("wrong.creds", text);
  ExpectLine("the broker rejects these credentials", broker.url(), {"--queue-creds", wrong});
  ExpectLine("none.creds: cannot be read: No such file or directory", broker.url(),
             {"--queue-creds", "none.creds"});
}

TEST_F(QueueAccessTest, BrokersAreKnownByTheirCertificates) {
  MakeCertificate("authority");
  MakeCertificate("other");
  MakeCertificate("server", "authority");
  MakeCertificate("elsewhere", "authority", "DNS:elsewhere.example");
  const Broker broker(TlsConfig("server"));
  const Broker elsewhere(TlsConfig("elsewhere"));
  const Broker plain;
  const std::string url = broker.url("", "tls://");
  ExpectIn(url, {"--queue-ca", Pem("authority")});
  // A broker that wants TLS gets it under either name.
  ExpectIn(broker.url(), {"--queue-ca", Pem("authority")});
  ExpectLine("unable to get local issuer certificate", url, {"--queue-ca", Pem("other")});
  ExpectLine("unable to get local issuer certificate", broker.url());
  ExpectLine("IP address mismatch", elsewhere.url("", "tls://"), {"--queue-ca", Pem("authority")});
  ExpectLine("one side wants TLS, the other does not", plain.url("", "tls://"));
  ExpectLine("no certificate or crl found", url, {"--queue-ca", folder_.Write("empty.pem", "")});
  ExpectLine("none.pem: cannot be read: No such file or directory", url,
             {"--queue-ca", "none.pem"});
}

TEST_F(QueueAccessTest, DevicesAreKnownByTheirCertificates) {
  MakeCertificate("authority");
  MakeCertificate("server", "authority");
  MakeCertificate("device", "authority");
  MakeCertificate("stranger");
  const Broker broker(TlsConfig("server", ", verify: true, ca_file: \"" + Pem("authority") + "\""));
  const auto with = [&](const std::string& certificate, const std::string& key) {
    return std::vector<std::string>{"--queue-ca",     Pem("authority"), "--queue-cert",
                                    Pem(certificate), "--queue-key",    Pem(key, "key")};
  };
  const std::string url = broker.url("", "tls://");
  const std::string closed = "it may expect another certificate of this device";
  ExpectLine(closed, url, {"--queue-ca", Pem("authority")});
  ExpectLine(closed, url, with("stranger", "stranger"));
  ExpectLine("key values mismatch", url, with("device", "stranger"));
  // All the way, with worker and batch.
  MakeImages(1);
  std::vector<std::string> worker = {BinaryPath(), "worker", "--queue", url};
  std::vector<std::string> batch = {"batch", Images(), "--out", Results(), "--queue", url};
  for (auto* command : {&worker, &batch}) {
    const auto options = with("device", "device");
    command->insert(command->end(), options.begin(), options.end());
  }
  const Process process(worker, Log());
  const Outcome outcome = RunEdgevlm(batch);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors << AllLogs();
}

}  // namespace
}  // namespace edgevlm
