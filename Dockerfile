# The program with its scenarios and geodata, its engine compiled. Results stay in the folder that is mounted:
#   docker build -t corridor .
#   docker run --rm -v "$PWD:/data" corridor run tutorial
FROM python:3.11-slim
COPY . /src
RUN python -m venv /opt/corridor \
 && /opt/corridor/bin/pip install --no-cache-dir -c /src/constraints.txt /src \
 && rm -rf /src
WORKDIR /data
RUN /opt/corridor/bin/corridor run tutorial --replications 1 --no-figures --quiet && rm -rf results
ENTRYPOINT ["/opt/corridor/bin/corridor"]
