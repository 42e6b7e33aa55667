// The workbook for operators, over the log lines of Plumbline.
param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(workspaceId, 'plumbline')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Plumbline'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('workbook.json')
  }
}
