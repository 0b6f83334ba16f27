// Output: writes results of the commands.
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
  // Writes a text and flushes it. False when writing has failed (the reader has closed the pipe,
  // the disk is full): stop, and let Close report why.
  bool Print(std::string_view text);

  // One line of JSON. Invalid UTF-8 (in a file's name) becomes U+FFFD.
  bool PrintJson(const nlohmann::json& object);

  // Call at the end for the exit code. A failed write is an error, except when the reader closed
  // the pipe, as in `edgevlm caption *.png | head -1`: then it has read all it wanted.
  ExitCode Close(ExitCode code) const;

 private:
  int failure_ = 0;  // errno of the first failed write
};

// One line on standard error, "edgevlm: " + message, made Printable.
void PrintError(std::string_view message);

// Prints the model's limits for users (ModelInfo::notice) on standard error if that is a terminal.
void PrintNotice(const ModelInfo& model);

// PrintError; returns the exit code for a failed operation.
ExitCode Fail(const Error& error);

// Replaces what could control a terminal by '?': control characters (U+0000 to U+001F, U+007F to
// U+009F) and bytes that are not UTF-8. For names and messages: one line.
std::string Printable(std::string_view text);

// The same for texts of several lines, such as replies: keeps newlines and tabs, and CR LF becomes
// a newline.
std::string PrintableText(std::string_view text);

// How long each part took, as docs/profile.md describes it.
nlohmann::json TimingsJson(const Reply& reply);

// Prints the text of a reply as it is generated; stops it when writing fails.
OnText PrintTo(Output& output);

// The fields that captions and answers share: finish_reason, token counts, timings, and the seed of
// a sampled reply.
nlohmann::json ToJson(const Reply& reply);

// Adds the time of encoding an image, a video or a sound to that of a reply about it.
void AddEncoding(const Timings& encoding, Timings& timings);

// Prints timings on standard error, for --verbose. Call after the reply and its newline.
void PrintTimings(const Reply& reply);

// Prints a line on standard error if the reply was cut at the end of the context.
void PrintIfCut(const Reply& reply, const ModelInfo& model);

}  // namespace edgevlm
