// Output: what the commands write, and to where.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Standard output. Once a write fails, later ones do nothing.
class Output {
 public:
  // Writes a text and passes it on at once. False when nothing more can be written (the reader has
  // gone, the disk is full): stop, and let Close say why.
  bool Print(std::string_view text);

  // One line of JSON. Invalid UTF-8 (in a file's name) becomes U+FFFD.
  bool PrintJson(const nlohmann::json& object);

  // The exit code when all is done. A failed write is an error, but not when the reader has gone,
  // as in `edgevlm caption *.png | head -1`: then it has got all that it wanted.
  ExitCode Close(ExitCode code) const;

 private:
  int failure_ = 0;  // errno of the first write that failed
};

// One line on standard error, "edgevlm: " + message, as Printable has it.
void PrintError(std::string_view message);

// What users should not expect of the model (ModelInfo::notice), on standard error if that is a
// terminal.
void PrintNotice(const ModelInfo& model);

// PrintError, and the exit code of failed work.
ExitCode Fail(const Error& error);

// The text with what could steer a terminal shown as '?': control characters (U+0000 to U+001F,
// U+007F to U+009F) and bytes that are no UTF-8. For names and messages: one line.
std::string Printable(std::string_view text);

// The same for texts of several lines, such as replies: newlines and tabs stay, and CR LF becomes a
// newline.
std::string PrintableText(std::string_view text);

// {"decode_ms": ..., "preprocess_ms", "encode_ms", "prefill_ms", "generate_ms", "total_ms"}.
nlohmann::json ToJson(const Timings& timings);

// Prints the text of a reply while it is made; stops it when nothing more can be written.
OnText PrintTo(Output& output);

// The fields of a reply that captions and answers share: finish_reason, token counts, timings, and
// the seed of one that was drawn.
nlohmann::json ToJson(const Reply& reply);

// Lines of timings on standard error, for --verbose. After the reply and its newline.
void PrintTimings(const Reply& reply);

// A line on standard error if the reply was cut where the context ends.
void PrintIfCut(const Reply& reply, const ModelInfo& model);

}  // namespace edgevlm
