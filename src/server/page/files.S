# The files of this folder as bytes; files.cc hands them out.
    .section .rodata

    .global edgevlm_index_html_begin
    .global edgevlm_index_html_end
edgevlm_index_html_begin:
    .incbin EDGEVLM_PAGE_FOLDER "/index.html"
edgevlm_index_html_end:

    .global edgevlm_docs_html_begin
    .global edgevlm_docs_html_end
edgevlm_docs_html_begin:
    .incbin EDGEVLM_PAGE_FOLDER "/docs.html"
edgevlm_docs_html_end:

    .global edgevlm_openapi_json_begin
    .global edgevlm_openapi_json_end
edgevlm_openapi_json_begin:
    .incbin EDGEVLM_PAGE_FOLDER "/openapi.json"
edgevlm_openapi_json_end:

    .section .note.GNU-stack,"",%progbits
