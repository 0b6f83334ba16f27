// The files of this folder as bytes, one behind the other: name, an end mark, size in 8 bytes, and
// the bytes. files.cc hands them out.
    .section .rodata

.macro page_file name
    .asciz "\name"
    .quad 2f - 1f
1:  .incbin "\name"
2:
.endm

    .global edgevlm_page_begin
    .global edgevlm_page_end
edgevlm_page_begin:
    page_file index.html
    page_file docs.html
    page_file openapi.json
    page_file style.css
    page_file docs.css
    page_file app.js
    page_file api.js
    page_file ask.js
    page_file docs.js
    page_file element.js
    page_file live.js
    page_file lock.js
    page_file markup.js
    page_file model.js
    page_file picture.js
    page_file settings.js
    page_file socket.js
    page_file sound.js
    page_file talk.js
    page_file timings.js
    page_file video.js
    page_file icon.svg
    page_file ducks.webp
    page_file monkey.webp
    page_file turtle.webp
edgevlm_page_end:

    .section .note.GNU-stack,"",%progbits
