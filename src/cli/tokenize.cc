// edgevlm tokenize: converts text to token ids, or back.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/folder.h"
#include "cli/command.h"
#include "cli/input.h"
#include "cli/output.h"
#include "engine/load/builtin_model.h"
#include "gguf/mapped_parts.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Parses token ids separated by blanks. Errors: kInvalid, names what is not an id.
Result<std::vector<int>> ParseIds(std::string_view text, int vocabulary_tokens) {
  std::vector<int> ids;
  for (std::size_t begin = 0;;) {
    begin = text.find_first_not_of(kBlanks, begin);
    if (begin == std::string_view::npos) return ids;
    const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    int id = -1;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || stop != word.data() + word.size() || id < 0 ||
        id >= vocabulary_tokens) {
      return Error{ErrorCode::kInvalid, "standard input: expected token ids below " +
                                            std::to_string(vocabulary_tokens) + ", found " +
                                            std::string(word.substr(0, 40))};
    }
    ids.push_back(id);
    begin = end;
  }
}

class TokenizeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("-m,--model", path_,
                   "GGUF file, or name of an installed model, in place of the built-in one;\n"
                   "a vocabulary is enough")
        ->type_name("FILE|NAME");
    CLI::Option* bos = app.add_flag("--bos", bos_, "put the token that begins a text first");
    app.add_flag("--decode", decode_, "read ids, print the text")->excludes(bos);
    app.footer(
        "Reads standard input exactly as it is, its last line end included.\n"
        "Examples:\n"
        "  printf 'two dogs' | edgevlm tokenize\n"
        "  echo 464 3290 | edgevlm tokenize --decode -m gpt2.gguf");
  }

  ExitCode Run(Output& output) override {
    if (path_.empty()) {
      const std::span<const std::byte> model = BuiltinModel();
      return Tokenize({&model, 1}, output);
    }
    const auto found = FindModel(path_);
    if (!found) return Fail(found.error());
    const auto mapped = MappedParts::Open(found->model);
    if (!mapped) return Fail(mapped.error());
    return Tokenize(mapped->bytes(), output);
  }

 private:
  ExitCode Tokenize(std::span<const std::span<const std::byte>> parts, Output& output) const {
    const auto file = GgufFile::Parse(parts);
    if (!file) return FailInModel(file.error());
    const auto tokenizer = LoadTokenizer(*file);
    if (!tokenizer) return FailInModel(tokenizer.error());
    const auto input = ReadInput("-");
    if (!input) return Fail(input.error());
    const std::string_view text(reinterpret_cast<const char*>(input->data()), input->size());
    if (decode_) {
      const auto ids = ParseIds(text, tokenizer->size());
      if (!ids) return Fail(ids.error());
      const std::string decoded = tokenizer->Decode(*ids);
      output.Print(isatty(STDOUT_FILENO) != 0 ? PrintableText(decoded) : decoded);
      return ExitCode::kDone;
    }
    std::vector<int> ids = tokenizer->Encode(text);
    if (bos_) {
      if (!tokenizer->bos()) {
        return FailInModel(
            {ErrorCode::kNotFound,
             "tokenizer: key '" + std::string(keys::kBosTokenId) + "': no token begins a text"});
      }
      ids.insert(ids.begin(), *tokenizer->bos());
    }
    PrintIds(ids, output);
    return ExitCode::kDone;
  }

  static void PrintIds(std::span<const int> ids, Output& output) {
    std::string line;
    for (const int id : ids) line += (line.empty() ? "" : " ") + std::to_string(id);
    output.Print(line + "\n");
  }

  ExitCode FailInModel(const Error& error) const {
    return Fail(error.In(path_.empty() ? "built-in model" : path_));
  }

  std::string path_;
  bool bos_ = false;
  bool decode_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeTokenizeCommand() { return std::make_unique<TokenizeCommand>(); }

}  // namespace edgevlm
