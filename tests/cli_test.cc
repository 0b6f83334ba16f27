// The commands, with valid input.
#include <gmock/gmock.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

json ParseLine(const std::string& line) { return json::parse(line, nullptr, false); }

class CliTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string image_ = folder_.Write("picture.ppm", PpmImage());
};

TEST_F(CliTest, CaptionPrintsOneLine) {
  const Outcome outcome = RunEdgevlm({"caption", image_});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_EQ(outcome.output.find('\n'), outcome.output.size() - 1) << outcome.output;
}

// JPEGs that browsers show too: without the end mark, or rotated by an unusual EXIF block.
TEST_F(CliTest, CaptionAcceptsImperfectJpegs) {
  for (const char* name : {"no_end_mark.jpg", "orientation_long.jpg"}) {
    const Outcome outcome = RunEdgevlm({"caption", DataPath(name)});
    EXPECT_EQ(outcome.output, "a purple star, a display that reads 2 1 7 1 and an orange star\n")
        << name << ": " << outcome.errors;
  }
  const std::string cut = ReadWholeFile(DataPath("no_end_mark.jpg"));
  EXPECT_EQ(
      RunEdgevlm({"caption", folder_.Write("cut.jpg", cut.substr(0, cut.size() - 2))}).exit_code,
      1);
}

TEST_F(CliTest, CaptionIsTheSameEveryTime) {
  EXPECT_EQ(RunEdgevlm({"caption", image_}).output, RunEdgevlm({"caption", image_}).output);
}

TEST_F(CliTest, CaptionDoesNotDependOnThreads) {
  EXPECT_EQ(RunEdgevlm({"caption", image_, "-t", "1"}).output,
            RunEdgevlm({"caption", image_, "-t", "3"}).output);
  EXPECT_EQ(RunEdgevlm({"caption", image_, "-t", "3", "--decode-threads", "2"}).output,
            RunEdgevlm({"caption", image_, "-t", "1", "--pin"}).output);
}

TEST_F(CliTest, PinningMoreThreadsThanProcessorsIsAnError) {
  const Outcome outcome = RunEdgevlm({"caption", image_, "-t", "256", "--pin"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("pin: expected at most"));
}

TEST_F(CliTest, RooflineIsOneJsonObject) {
  const Outcome outcome = RunEdgevlm({"bench", "--roofline", "-t", "1", "-o", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto report = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(report["n_threads"], 1);
  for (const auto& limit : report["limits"]) EXPECT_GT(limit["all_threads"], 0) << limit;
}

TEST_F(CliTest, BenchRefusesWhatIsNoTorchScript) {
  const Outcome outcome = RunEdgevlm({"bench", "--torchscript", image_, "-r", "1"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("edgevlm-train"));
  EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << outcome.errors;
}

TEST_F(CliTest, CaptionReadsStandardInput) {
  EXPECT_EQ(RunEdgevlm({"caption", "-"}, PpmImage()).output,
            RunEdgevlm({"caption", image_}).output);
}

TEST_F(CliTest, CaptionStreamsTheSameText) {
  EXPECT_EQ(RunEdgevlm({"caption", "--stream", image_}).output,
            RunEdgevlm({"caption", image_}).output);
}

TEST_F(CliTest, CaptionNamesEachOfSeveralImages) {
  const std::string png = folder_.Write("small.png", PngImage());
  const Outcome outcome = RunEdgevlm({"caption", image_, png});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, StartsWith(image_ + ": "));
  EXPECT_THAT(outcome.output, HasSubstr("\n" + png + ": "));
}

TEST_F(CliTest, CaptionJsonIsOneObjectPerLine) {
  const Outcome outcome = RunEdgevlm({"caption", "--json", image_, image_});
  EXPECT_EQ(outcome.exit_code, 0);
  const std::size_t end = outcome.output.find('\n');
  for (const std::string& line : {outcome.output.substr(0, end), outcome.output.substr(end + 1)}) {
    const json object = ParseLine(line);
    ASSERT_TRUE(object.is_object()) << line;
    EXPECT_EQ(object["image"], image_);
    EXPECT_TRUE(object["caption"].is_string());
    EXPECT_GT(object["timings"]["total_ms"], 0);
  }
}

TEST_F(CliTest, JsonHasTheTimingsOfVllm) {
  const json reply = ParseLine(RunEdgevlm({"caption", "--json", image_}).output);
  const json& timings = reply["timings"];
  const double e2e = timings["e2e_ms"], ttft = timings["ttft_ms"], tpot = timings["tpot_ms"];
  EXPECT_EQ(e2e, timings["total_ms"]);
  EXPECT_EQ(timings["encoder_forward_ms"], timings["encode_ms"]);
  EXPECT_GT(ttft, timings["encode_ms"].get<double>() + timings["prefill_ms"].get<double>());
  EXPECT_NEAR(e2e, ttft + tpot * (reply["reply_tokens"].get<int>() - 1), 1e-6);
  const json& waits = timings["itl_ms"];
  EXPECT_GT(waits["p50"], 0);
  EXPECT_LE(waits["p50"], waits["p99"]);
  EXPECT_LE(waits["p99"], waits["max"]);
  const json one = ParseLine(RunEdgevlm({"caption", "--json", "--max-tokens", "1", image_}).output);
  EXPECT_TRUE(one["timings"].contains("ttft_ms"));
  EXPECT_FALSE(one["timings"].contains("tpot_ms"));
  EXPECT_FALSE(one["timings"].contains("itl_ms"));
}

TEST_F(CliTest, CountsEarlyExitTokens) {
  const json plain = ParseLine(RunEdgevlm({"caption", "--json", image_}).output);
  EXPECT_EQ(plain["early_tokens"], 0);
  const double blocks = plain["blocks_per_token"];
  EXPECT_GE(blocks, 2);
  const json early = ParseLine(
      RunEdgevlm({"caption", "--json", "--early-exit", "exit", "--exit-threshold", "0.01", image_})
          .output);
  EXPECT_EQ(early["early_tokens"], early["reply_tokens"].get<int>() - 1);
  EXPECT_LT(early["blocks_per_token"], blocks);
}

TEST_F(CliTest, SamplingFollowsTheSeed) {
  const std::vector<std::string> arguments = {"caption", "--temperature", "1.5", "--max-tokens",
                                              "8",       "--seed",        "7",   image_};
  EXPECT_EQ(RunEdgevlm(arguments).output, RunEdgevlm(arguments).output);
}

TEST_F(CliTest, WithoutASeedEveryReplyReportsTheOneThatReproducesIt) {
  for (const char* command : {"caption", "ask", "chat"}) {
    std::vector<std::string> arguments = {command, image_, "--temperature", "3", "--json"};
    if (command == std::string("ask")) arguments.insert(arguments.begin() + 2, "what is this?");
    const std::string input = command == std::string("chat") ? "what is this?\n" : "";
    const json first = ParseLine(RunEdgevlm(arguments, input).output);
    const json second = ParseLine(RunEdgevlm(arguments, input).output);
    EXPECT_NE(first["seed"], second["seed"]) << command;
    arguments.insert(arguments.end(), {"--seed", first["seed"].dump()});
    const json again = ParseLine(RunEdgevlm(arguments, input).output);
    for (const char* field : {"caption", "answer", "reply", "reply_tokens", "seed"}) {
      if (first.contains(field)) {
        EXPECT_EQ(again[field], first[field]) << command;
      }
    }
  }
  EXPECT_FALSE(ParseLine(RunEdgevlm({"caption", image_, "--json"}).output).contains("seed"))
      << "the likeliest reply needs none";
}

TEST_F(CliTest, OneImageThatFailsDoesNotStopTheOthers) {
  const std::string missing = folder_.Path("missing.png");
  const Outcome outcome = RunEdgevlm({"caption", missing, image_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, StartsWith(image_ + ": "));
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, StartsWith("edgevlm: " + missing + ": "));
}

TEST_F(CliTest, AskAnswers) {
  const Outcome plain = RunEdgevlm({"ask", image_, "what is this?"});
  EXPECT_EQ(plain.exit_code, 0) << plain.errors;
  const json object = ParseLine(RunEdgevlm({"ask", image_, "what is this?", "--json"}).output);
  ASSERT_TRUE(object.is_object());
  EXPECT_EQ(object["answer"].get<std::string>() + "\n", plain.output);
  EXPECT_EQ(object["question"], "what is this?");
  EXPECT_GT(object["probability"], 0.0);
  EXPECT_LE(object["probability"], 1.0);
}

// The built-in model was trained on questions in lower case with a question mark.
TEST_F(CliTest, QuestionsMayHaveAnyCaseAndPunctuation) {
  const std::string ducks = ExampleImage("ducks.png"), display = ExampleImage("display.png");
  for (const char* typed :
       {"how many ducks are there?", "How many ducks are there?", "HOW MANY DUCKS ARE THERE",
        "  how many\tducks\nare there?!\n", "\"How many ducks are there?\"",
        "\u201CHow many \u2018ducks\u2019 are\u00A0there?\u201D", "count the ducks",
        "Count the ducks!"}) {
    EXPECT_EQ(RunEdgevlm({"ask", ducks, typed}).output, "three\n") << typed;
  }
  EXPECT_EQ(RunEdgevlm({"ask", ducks, "Is there a frog?"}).output, "yes\n");
  EXPECT_EQ(RunEdgevlm({"ask", display, "What does the display read?"}).output, "2 1 7 1\n");
  EXPECT_EQ(RunEdgevlm({"chat", ducks}, "How many DUCKS are there\r\n").output, "three\n");
}

TEST_F(CliTest, InfoDescribesTheBuiltInModel) {
  EXPECT_THAT(RunEdgevlm({"info"}).output, HasSubstr("instruction set"));
  const json info = ParseLine(RunEdgevlm({"info", "--json"}).output);
  ASSERT_TRUE(info.is_object());
  EXPECT_GT(info["model"]["parameters"], 0);
  EXPECT_GT(info["threads"], 0);
}

// It is equal on all instruction sets; src/measure/signature_test.cc has its value.
TEST_F(CliTest, BenchPrintsTheOutputSignature) {
  const std::vector<std::string> arguments = {
      "bench", "-m", DataPath("tiny-llama-Q4_K_M.gguf"), "-p", "4", "-n", "0", "-r", "1"};
  const Outcome table = RunEdgevlm(arguments);
  ASSERT_EQ(table.exit_code, 0) << table.errors;
  std::vector<std::string> as_json = arguments;
  as_json.insert(as_json.end(), {"-t", "1", "-o", "json"});
  ASSERT_EQ(setenv("EDGEVLM_ISA", "scalar", 1), 0);
  const json records = json::parse(RunEdgevlm(as_json).output, nullptr, false);
  unsetenv("EDGEVLM_ISA");
  ASSERT_EQ(records.size(), 1u);
  const auto signature = records[0]["signature"].get<std::string>();
  EXPECT_EQ(signature.size(), 16u);
  EXPECT_THAT(table.output, EndsWith("\nOutput signature: " + signature + "\n"));
}

TEST_F(CliTest, TheModelFileEqualsTheBuiltInOne) {
  EXPECT_EQ(RunEdgevlm({"caption", "-m", ModelPath(), image_}).output,
            RunEdgevlm({"caption", image_}).output);
}

TEST_F(CliTest, InspectListsKeysAndTensors) {
  EXPECT_THAT(RunEdgevlm({"inspect", ModelPath()}).output, HasSubstr("token_embd.weight"));
  const json file = ParseLine(RunEdgevlm({"inspect", "--json", ModelPath()}).output);
  ASSERT_TRUE(file.is_object());
  EXPECT_EQ(file["keys"]["general.architecture"], "gpt2");
  EXPECT_GT(file["tensors"].size(), 10u);
}

TEST_F(CliTest, AQuantizedModelStillGenerates) {
  const std::string path = folder_.Path("model.gguf");
  for (const std::string type : {"Q8_0", "IQ4_NL", "IQ4_XS"}) {
    const Outcome outcome = RunEdgevlm({"quantize", ModelPath(), path, type, "--json", "--force"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.errors, IsEmpty());
    const json report = ParseLine(outcome.output);
    ASSERT_TRUE(report.is_object()) << outcome.output;
    EXPECT_EQ(report["type"], type);
    EXPECT_LT(report["bytes_after"], report["bytes_before"]);
    // Rows of the built-in model are not a multiple of 256.
    EXPECT_THAT(RunEdgevlm({"inspect", path}).output,
                HasSubstr(type == "IQ4_XS" ? "IQ4_NL" : type));
    const Outcome caption = RunEdgevlm({"caption", image_, "-m", path});
    EXPECT_EQ(caption.exit_code, 0) << caption.errors;
    EXPECT_THAT(caption.output, Not(IsEmpty()));
  }
}

TEST_F(CliTest, TokenizeRoundTrips) {
  const std::string text = " two dogs\nand a cat ";
  const Outcome ids = RunEdgevlm({"tokenize"}, text);
  EXPECT_EQ(ids.exit_code, 0) << ids.errors;
  EXPECT_EQ(ids.output.find_first_not_of("0123456789 \n"), std::string::npos) << ids.output;
  EXPECT_EQ(ids.output.find('\n'), ids.output.size() - 1);
  EXPECT_EQ(RunEdgevlm({"tokenize", "--decode"}, ids.output).output, text);
  const Outcome with_bos = RunEdgevlm({"tokenize", "--bos", "-m", ModelPath()}, text);
  EXPECT_THAT(with_bos.output, EndsWith(" " + ids.output));
}

TEST_F(CliTest, DumpWritesOneRowPerToken) {
  const json model = ParseLine(RunEdgevlm({"info", "--json"}).output)["model"];
  const std::string logits = folder_.Path("logits.f32");
  const std::string embeddings = folder_.Path("embeddings.f32");
  const Outcome outcome =
      RunEdgevlm({"dump", "-m", ModelPath(), "--image", image_, "--tokens", "image,3,4", "--logits",
                  logits, "--embeddings", embeddings, "--precision", "f32"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(ReadWholeFile(logits).size(), 2 * 4 * model["vocabulary_tokens"].get<std::size_t>());
  EXPECT_EQ(ReadWholeFile(embeddings).size(), 4 * model["image_tokens"].get<std::size_t>() *
                                                  model["embedding_length"].get<std::size_t>());
}

TEST_F(CliTest, BenchPrintsOneRecordPerTest) {
  const std::vector<std::string> arguments = {"bench", "-r", "2", "-p", "8", "-n", "2", "-o"};
  std::vector<std::string> with_json = arguments;
  with_json.insert(with_json.end(), {"json", "--sequences", "1,3"});
  const json records = json::parse(RunEdgevlm(with_json).output, nullptr, false);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[0]["test"], "img");
  EXPECT_EQ(records[1]["test"], "pp8");
  EXPECT_EQ(records[2]["test"], "tg2");
  EXPECT_EQ(records[3]["test"], "tg2x3");
  EXPECT_EQ(records[3]["n_gen"], 6);
  EXPECT_EQ(records[4]["test"], "cap");
  EXPECT_EQ(records[0]["samples_ns"].size(), 2u);
  EXPECT_GT(records[4]["avg_ns"], 0);
}

TEST_F(CliTest, ProfileShowsModulesAndWritesFiles) {
  const std::string trace = folder_.Path("trace.json"), page = folder_.Path("page.html");
  const Outcome outcome =
      RunEdgevlm({"profile", image_, "--runs", "2", "--trace", trace, "--html", page});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  for (const char* part : {"(median of 2 runs", "<- bottleneck", "vision_tower", "layers (",
                           "(outside of modules)", "ns each"}) {
    EXPECT_THAT(outcome.output, HasSubstr(part));
  }
  EXPECT_FALSE(json::parse(ReadWholeFile(trace), nullptr, false).is_discarded());
  EXPECT_THAT(ReadWholeFile(page), HasSubstr("</html>"));
  EXPECT_THAT(RunEdgevlm({"profile", image_, "--runs", "1", "--csv"}).output,
              HasSubstr("\nvision_tower,1,"));
}

// What the modules and the rest take is the request's time, and comparing reads what JSON wrote.
TEST_F(CliTest, ProfilesAddUpAndCanBeCompared) {
  const std::string file = folder_.Path("profile.json");
  const Outcome outcome = RunEdgevlm(
      {"profile", image_, "-q", "how many are there?", "--runs", "1", "--json", "-t", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const json profile = json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(profile.is_object());
  double modules_ms = 0;
  for (const json& module : profile["modules"]) modules_ms += module["total_ms"].get<double>();
  const double total_ms = profile["verdict"]["total_ms"];
  EXPECT_GT(modules_ms, 0);
  EXPECT_LE(modules_ms, total_ms);
  EXPECT_EQ(profile["timeline"]["threads"].size(), 2u);
  EXPECT_EQ(profile["request"]["question"], "how many are there?");
  folder_.Write("profile.json", outcome.output);
  const Outcome compared = RunEdgevlm({"profile", "--compare", file, file});
  EXPECT_EQ(compared.exit_code, 0) << compared.errors;
  EXPECT_THAT(compared.output, HasSubstr("noise"));
}

TEST_F(CliTest, ProfileRefusesWhatItCannotDo) {
  const std::string other = folder_.Write("other.json", "{\"format\":\"x\"}");
  const std::vector<std::vector<std::string>> wrong = {
      {"profile"},
      {"profile", "--compare", other, other},
      {"profile", "--compare", folder_.Path("none"), other},
      {"profile", image_, "--trace", folder_.Path("none/trace.json")},
      {"profile", image_, "--html", image_},
      {"profile", image_, "-m", folder_.Path("none.gguf")}};
  for (const std::vector<std::string>& arguments : wrong) {
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments.back();
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  }
}

TEST_F(CliTest, AClosedPipeIsNoError) {
  const Outcome outcome = RunEdgevlm({"caption", image_}, {}, Reader::kNone);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST_F(CliTest, AFullDiskIsAnError) {
  const Outcome outcome = RunEdgevlm({"caption", image_}, {}, Reader::kFullDevice);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("standard output"));
}

TEST_F(CliTest, EveryCommandHasHelp) {
  for (const char* command : {"caption", "ask", "chat", "info", "bench", "profile", "eval",
                              "inspect", "convert", "models", "quantize", "tokenize", "dump"}) {
    const Outcome outcome = RunEdgevlm({command, "--help"});
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_THAT(outcome.output, HasSubstr(command));
    EXPECT_THAT(outcome.errors, IsEmpty()) << command;
  }
  EXPECT_EQ(RunEdgevlm({"--help"}).exit_code, 0);
  EXPECT_THAT(RunEdgevlm({"--version"}).output, Not(IsEmpty()));
}

TEST_F(CliTest, HelpShowsFewOptionsAndHelpAllAllOfThem) {
  const Outcome help = RunEdgevlm({"caption", "--help"});
  EXPECT_THAT(help.output, AllOf(HasSubstr("--max-tokens"), HasSubstr("--help-all")));
  EXPECT_THAT(help.output, Not(HasSubstr("--keep-tokens")));
  const Outcome all = RunEdgevlm({"caption", "--help-all"});
  EXPECT_EQ(all.exit_code, 0);
  for (const char* part : {"\nModel:\n", "\nReply:\n", "\nSpeed and memory:\n", "\nOutput:\n",
                           "--keep-tokens", "--max-tokens"}) {
    EXPECT_THAT(all.output, HasSubstr(part));
  }
}

TEST_F(CliTest, WithoutArgumentsItShowsWhatToType) {
  const Outcome outcome = RunEdgevlm({});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("edgevlm caption photo.jpg"),
                                    HasSubstr("edgevlm models pull smolvlm-256m-instruct")));
}

TEST_F(CliTest, BenchComparesOptimizations) {
  const Outcome outcome = RunEdgevlm({"bench", "--compare", "-r", "1", "-o", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const json rows = json::parse(outcome.output);
  std::map<std::string, json> by_name;
  for (const json& row : rows) by_name[row["optimisation"]] = row;
  EXPECT_EQ(rows[0]["optimisation"], "plain");
  EXPECT_EQ(rows[0]["divergence"], 0);
  // Speculation does not change the text; int8 rows are smaller and almost as exact.
  EXPECT_TRUE(by_name["--speculate self"]["same_reply"]) << by_name["--speculate self"];
  EXPECT_FALSE(by_name["--speculate self"].contains("divergence"));
  EXPECT_GE(by_name["plain"]["prompt_tokens"], 100) << "the image";
  EXPECT_LT(by_name["--cache q8_0"]["cache_bytes"], by_name["plain"]["cache_bytes"]);
  EXPECT_GT(by_name["--cache q8_0"]["divergence"], 0);
  EXPECT_LT(by_name["--cache q8_0"]["divergence"], 0.002);
  EXPECT_GT(by_name["--early-exit exit"]["early"], 0.2);
  EXPECT_GT(by_name["--early-exit exit"]["divergence"], 0);
  EXPECT_THAT(by_name["--tome 16"]["refusal"].get<std::string>(), HasSubstr("no attention"));
}

}  // namespace
}  // namespace edgevlm
